/** A byte string as text: `0x` and an even number of hex digits, lower case once parsed. */
export type Hex = `0x${string}`;

const DIGITS = "0123456789abcdef";

/** Value of the hex digit with a given char code; 255 for everything else. */
const NIBBLE = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value++) {
  const digit = DIGITS[value]!;
  NIBBLE[digit.charCodeAt(0)] = value;
  NIBBLE[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The two hex digits of each byte. */
const PAIR = Array.from({ length: 256 }, (_, byte) => DIGITS[byte >> 4]! + DIGITS[byte & 15]!);

function nibble(code: number): number {
  return code < 128 ? NIBBLE[code]! : 255;
}

/**
 * Writes hex text into `out`; the hot path, so nothing is allocated.
 * @param text `0x` and exactly `2 * length` hex digits of any case.
 * @param at   first byte to write.
 * @returns whether `text` had that form; if not, the bytes written are unspecified. Takes any value, never throws.
 */
export function hexInto(text: string, out: Uint8Array, at: number, length: number): boolean {
  if (typeof text !== "string" || text.length !== 2 + 2 * length) return false;
  if (text.charCodeAt(0) !== 48 || text.charCodeAt(1) !== 120) return false;
  for (let i = 0; i < length; i++) {
    const high = nibble(text.charCodeAt(2 + 2 * i));
    const low = nibble(text.charCodeAt(3 + 2 * i));
    if ((high | low) === 255) return false;
    out[at + i] = (high << 4) | low;
  }
  return true;
}

/** Bytes of hex text of whatever length, or undefined where it is not hex. */
export function hexBytes(text: string): Uint8Array | undefined {
  if (typeof text !== "string" || text.length < 2 || text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2 - 1);
  return hexInto(text, bytes, 0, bytes.length) ? bytes : undefined;
}

/** Lower-case hex of `bytes[from … to)`. */
export function toHex(bytes: Uint8Array, from = 0, to = bytes.length): Hex {
  let text = "";
  for (let i = from; i < to; i++) text += PAIR[bytes[i]!];
  return `0x${text}`;
}
