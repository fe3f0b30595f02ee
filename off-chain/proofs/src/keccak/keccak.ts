import { keccak_256 } from "@noble/hashes/sha3.js";

/** Keccak-256: 32 bytes, the caller's own. */
export type Keccak = (data: Uint8Array) => Uint8Array;

/** Pure JavaScript, there from the first moment and everywhere. */
export const portableKeccak: Keccak = (data) => keccak_256(data);

let current = portableKeccak;

/** Keccak-256 by the fastest implementation that is there. */
export function keccak256(data: Uint8Array): Uint8Array {
  return current(data);
}

/** Puts another implementation in place, for all. The package's entry for Node does so once, when it is loaded. */
export function setKeccak(keccak: Keccak): void {
  current = keccak;
}
