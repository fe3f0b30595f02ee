/** Largest value of a Solidity `uint256`. */
export const UINT256_MAX = 2n ** 256n - 1n;

/**
 * Writes a `uint256` big-endian into the 32 bytes of `view` at `at`.
 * @returns false, with unspecified bytes written, where `value` is no bigint from 0 to 2²⁵⁶ − 1.
 */
export function uint256Into(value: bigint, view: DataView, at: number): boolean {
  if (typeof value !== "bigint" || value < 0n) return false;
  // setBigUint64 keeps the lowest 64 bits by itself, so that an everyday amount needs one or two rounds and no mask.
  let rest = value;
  for (let word = at + 24; word >= at; word -= 8) {
    view.setBigUint64(word, rest);
    if (rest !== 0n) rest >>= 64n;
  }
  return rest === 0n;
}
