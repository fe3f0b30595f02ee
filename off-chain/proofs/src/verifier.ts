import { currentCurve } from "./curve/current.ts";
import {
  balanceProofBytes,
  digestOfBalanceProof,
  digestOfCloseRequest,
  digestOfClosingAgreement,
  type DigestOf,
} from "./digest.ts";
import { domainSeparator } from "./domain.ts";
import { hexInto, toHex, type Hex } from "./hex.ts";
import { keccak256 } from "./keccak/keccak.ts";
import type { Manager } from "./manager.ts";
import type { BalanceProof, CloseRequest, ClosingAgreement } from "./messages.ts";
import { ParseError, ZERO_ADDRESS, type Address } from "./parse.ts";
import { signatureInto } from "./signature.ts";

/** Public keys that a verifier remembers, 64 bytes each, unless told otherwise. */
const REMEMBERED_KEYS = 4096;

const digest32 = new Uint8Array(32);
const signature65 = new Uint8Array(65);
const rs = signature65.subarray(0, 64);
const key65 = new Uint8Array(65);
const key64 = key65.subarray(1); // what an address is the hash of: without the leading 4

/** Leaves in `key65` the public key that signed; false where the signature is malformed or has none. */
function recoverKey(digest: Uint8Array, signature: string): boolean {
  return signatureInto(signature, signature65) && currentCurve().recover(digest, rs, signature65[64]! - 27, key65);
}

function recoverFrom(digest: Uint8Array, signature: string): Address | undefined {
  return recoverKey(digest, signature) ? toHex(keccak256(key64), 12) : undefined;
}

/**
 * The account whose key signed a digest, by the strict rules of the contract: 65 bytes, low `s`, `v` 27 or 28.
 * @returns undefined for anything malformed; never throws.
 */
export function recover(digest: Hex, signature: string): Address | undefined {
  return hexInto(digest, digest32, 0, 32) ? recoverFrom(digest32, signature) : undefined;
}

/** Whether `signer`, of any case, signed the digest; never the zero address. */
export function isSignedBy(digest: Uint8Array, signature: string, signer: Address): boolean {
  if (typeof signer !== "string") return false;
  const expected = signer.toLowerCase();
  return expected !== ZERO_ADDRESS && recoverFrom(digest, signature) === expected;
}

function verify<Message>(digestOf: DigestOf<Message>, message: Message, signature: string, signer: Address) {
  const digest = digestOf(message);
  return digest !== undefined && isSignedBy(digest, signature, signer);
}

/**
 * Whether `signer` (the sender side of the terms) signed the proof, by ECDSA alone: proofs have no other form.
 * @returns false for anything malformed; never throws, whatever is passed.
 */
export function verifyBalanceProof(proof: BalanceProof, signature: string, signer: Address): boolean {
  return verify(digestOfBalanceProof, proof, signature, signer);
}

/**
 * Whether `signer` (the receiver side of the terms) signed the agreement, by ECDSA alone; the deadline is not
 * compared with any clock. For signers that may be contracts: `verifyClosingAgreementOnChain`.
 * @returns false for anything malformed; never throws, whatever is passed.
 */
export function verifyClosingAgreement(agreement: ClosingAgreement, signature: string, signer: Address): boolean {
  return verify(digestOfClosingAgreement, agreement, signature, signer);
}

/**
 * Whether `signer` (the sender side of the terms) signed the request, by ECDSA alone; the deadline is not compared
 * with any clock. For signers that may be contracts: `verifyCloseRequestOnChain`.
 * @returns false for anything malformed; never throws, whatever is passed.
 */
export function verifyCloseRequest(request: CloseRequest, signature: string, signer: Address): boolean {
  return verify(digestOfCloseRequest, request, signature, signer);
}

/** Checks the proofs of one manager's channels; remembers the public keys of signers. */
export interface Verifier {
  /**
   * As the function `verifyBalanceProof`, for a proof in this verifier's domain.
   * @returns false for anything malformed; never throws, whatever is passed.
   */
  verifyBalanceProof(channelId: Hex, balance: bigint, signature: string, signer: Address): boolean;
}

/**
 * A verifier for one manager: the path for many proofs.
 *
 * It remembers the public key behind each signer's address, and still recovers the key from every signature instead
 * of verifying against the known one. Plain ECDSA verification is blind to `v`: it accepts a signature whose `v` was
 * flipped, which the contract's `ecrecover` refuses, and a proof that buys here must be worth money there
 * (docs/adr/0004-recover-every-proof.md). What the known key saves is one hash and the text of the address.
 *
 * @param remembered how many keys to remember; the oldest is forgotten first.
 * @throws ParseError where the manager is malformed.
 */
export function createVerifier(manager: Manager, remembered = REMEMBERED_KEYS): Verifier {
  const domain = domainSeparator(manager);
  if (domain === undefined) {
    throw new ParseError(
      "malformed manager",
      "Give the chain id as a bigint and the contract as 0x and 40 hex digits.",
    );
  }
  const keys = new Map<Address, Uint8Array>();

  function isKeyOf(signer: Address): boolean {
    const known = keys.get(signer);
    if (known !== undefined) return sameKey(known);
    if (typeof signer !== "string") return false;
    const expected = signer.toLowerCase();
    if (expected === ZERO_ADDRESS || toHex(keccak256(key64), 12) !== expected) return false;
    if (keys.size >= remembered) for (const oldest of keys.keys()) if (keys.delete(oldest)) break;
    keys.set(signer, key64.slice());
    return true;
  }

  return {
    verifyBalanceProof(channelId, balance, signature, signer) {
      const digest = balanceProofBytes(domain, channelId, balance);
      return digest !== undefined && recoverKey(digest, signature) && isKeyOf(signer);
    },
  };
}

function sameKey(known: Uint8Array): boolean {
  for (let i = 0; i < 64; i++) if (known[i] !== key64[i]) return false;
  return true;
}
