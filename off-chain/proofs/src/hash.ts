import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** SHA-256 and HMAC-SHA-256 (RFC 2104): 32 bytes, the caller's own. */
export interface Sha256 {
  hash(data: Uint8Array): Uint8Array;
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array;
}

/** Pure JavaScript, there everywhere. */
export const portableSha256: Sha256 = {
  hash: (data) => nobleSha256(data),
  hmac: (key, data) => hmac(nobleSha256, key, data),
};

let current = portableSha256;

/** SHA-256: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return current.hash(data);
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return current.hmac(key, data);
}

/** Puts another implementation in place, for all. The package's entry for Node does so once, when it is loaded. */
export function setSha256(sha256: Sha256): void {
  current = sha256;
}
