import { hexInto } from "./hex.ts";

/** Half the order of secp256k1, rounded down: the largest `s` that is low (EIP-2). SEC 2 v2, section 2.4.1. */
const HALF_ORDER = new Uint8Array(32);
hexInto("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", HALF_ORDER, 0, 32);

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < from + 32; i++) if (bytes[i] !== 0) return false;
  return true;
}

function isLow(bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = bytes[from + i]! - HALF_ORDER[i]!;
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/**
 * Reads a signature in the only form the contract takes: 65 bytes `r ‖ s ‖ v`, `r` and `s` not zero, `s` low,
 * `v` 27 or 28. (Whether `r` is below the curve's order is for the curve to say.)
 * @param out takes the 65 bytes.
 * @returns whether it had that form; takes any value, never throws.
 */
export function signatureInto(text: string, out: Uint8Array): boolean {
  if (!hexInto(text, out, 0, 65)) return false;
  const v = out[64];
  return (v === 27 || v === 28) && !isZero(out, 0) && !isZero(out, 32) && isLow(out, 32);
}
