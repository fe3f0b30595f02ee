/** Hexadecimal text with `0x`, lower case. */
export type Hex = `0x${string}`;

/** An account or contract: `0x` and 40 hex digits, lower case. */
export type Address = Hex;

/** The address that is nobody's. */
export const ZERO_ADDRESS: Address = "0x0000000000000000000000000000000000000000";

/** `text` in lower case. */
export function lowerCase(text: string): Hex {
  return text.toLowerCase() as Hex;
}
