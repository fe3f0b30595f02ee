/** What proofs need of secp256k1. Two implementations answer alike; `currentCurve` says which one is in use. */
export interface Curve {
  readonly name: "libsecp256k1" | "noble";

  /** Whether 32 bytes are a private key: above zero and below the curve's order. */
  isPrivateKey(key: Uint8Array): boolean;

  /** The public key, uncompressed: 65 bytes that begin with 4. `key` must be a private key. */
  publicKey(key: Uint8Array): Uint8Array;

  /** Deterministic (RFC 6979), low-s signature of a 32-byte digest: 64 bytes `r ‖ s`, and the parity of R's y. */
  sign(digest: Uint8Array, key: Uint8Array): { rs: Uint8Array; parity: number };

  /**
   * The public key that made a signature, by the rules of the EVM's `ecrecover`: R is the point with x = r (never
   * r + order) and the given parity.
   * @param rs     64 bytes; anything may be in them.
   * @param parity 0 or 1: v − 27.
   * @param out    takes the 65 bytes of the uncompressed key.
   * @returns false where there is no such key; does not throw.
   */
  recover(digest: Uint8Array, rs: Uint8Array, parity: number, out: Uint8Array): boolean;
}
