import { currentCurve } from "./curve/current.ts";
import { hexInto, type Hex } from "./hex.ts";
import { signatureInto } from "./signature.ts";
import { UINT256_MAX } from "./uint.ts";

/** An Ethereum address: 20 bytes of hex, lower case once parsed. */
export type Address = Hex;

/**
 * A private key of secp256k1: 0x and 64 hex digits, or 32 bytes. A string, for it comes from the environment or a file;
 * whoever takes one parses it.
 */
export type PrivateKey = string | Uint8Array;

/** `address(0)`: in terms it stands for "the party itself"; it never signs anything. */
export const ZERO_ADDRESS: Address = "0x0000000000000000000000000000000000000000";

/** What came from outside does not have the form it must have. The message never repeats keys or signatures. */
export class ParseError extends Error {
  override readonly name = "ParseError";
  /** What to write instead; a sentence for whoever sent the value. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

const AMOUNT = /^(?:0|[1-9][0-9]{0,77})$/;
const shared = new Uint8Array(65);

function hexOfLength(text: string, length: number, what: string): Hex {
  if (!hexInto(text, shared, 0, length)) {
    throw new ParseError(`not ${what}`, `Write ${what} as 0x and ${2 * length} hex digits.`);
  }
  return text.toLowerCase() as Hex;
}

/**
 * A canonical decimal `uint256`.
 * @param text `0` or a digit 1 to 9 and more digits: no sign, blank, exponent, leading zero or separator.
 * @throws ParseError for anything else, and above 2²⁵⁶ − 1.
 */
export function parseAmount(text: string): bigint {
  const amount = typeof text === "string" && AMOUNT.test(text) ? BigInt(text) : -1n;
  if (amount < 0n || amount > UINT256_MAX) {
    throw new ParseError(
      "not an amount",
      "Write amounts in the token's smallest unit as a plain decimal number, such as 20000000000000000.",
    );
  }
  return amount;
}

/** An address of any case, as lower case. @throws ParseError for anything but 0x and 40 hex digits. */
export function parseAddress(text: string): Address {
  return hexOfLength(text, 20, "an address");
}

/** A hash, id or salt of 32 bytes, as lower case. @throws ParseError for anything but 0x and 64 hex digits. */
export function parseHash(text: string): Hex {
  return hexOfLength(text, 32, "a hash of 32 bytes");
}

/**
 * An ECDSA signature as the contract takes it: 65 bytes `r ‖ s ‖ v`, low `s`, `v` 27 or 28, `r` and `s` not zero.
 * @returns the same in lower case: the one form in which a signature is stored and compared.
 * @throws ParseError for anything else, the 64-byte compact form included.
 */
export function parseSignature(text: string): Hex {
  if (!signatureInto(text, shared)) {
    throw new ParseError(
      "not a signature",
      "Write a signature as 0x and 130 hex digits: r, s in the lower half of the curve's order, v 27 or 28.",
    );
  }
  return text.toLowerCase() as Hex;
}

/**
 * A private key of secp256k1, as bytes (a copy).
 * @param key 0x and 64 hex digits, or 32 bytes.
 * @throws ParseError where it is not, or is zero or not below the curve's order; the key is not in the message.
 */
export function parsePrivateKey(key: PrivateKey): Uint8Array {
  const bytes = new Uint8Array(32);
  const read = key instanceof Uint8Array ? key.length === 32 && (bytes.set(key), true) : hexInto(key, bytes, 0, 32);
  if (!read || !currentCurve().isPrivateKey(bytes)) {
    throw new ParseError("not a private key", "Write a private key of secp256k1 as 0x and 64 hex digits.");
  }
  return bytes;
}
