import { ParseError, hmacSha256 } from "@rmps/proofs";
import { base64url, utf8 } from "../json/base64.ts";

/** The draft's seven slots, in its order; an absent one is empty. */
export interface Slots {
  readonly realm: string;
  readonly method: string;
  readonly intent: string;
  readonly request: string;
  readonly expires: string;
  readonly digest: string;
  readonly opaque: string;
}

/** A credential whose proof may be well-formed, in answer to a challenge that is not ours or was changed. */
export class ChallengeError extends ParseError {}

/**
 * The id of a challenge: HMAC-SHA-256 over its slots, so that none of them can be changed. No slot that we write (host,
 * constants, base64url, date, digest) has a bar, so that nothing can be moved from one to another either: a joined text
 * with six bars has one reading.
 */
export function challengeId(slots: Slots, key: Uint8Array): string {
  const { realm, method, intent, request, expires, digest, opaque } = slots;
  const joined = [realm, method, intent, request, expires, digest, opaque].join("|");
  return base64url(hmacSha256(key, utf8(joined)));
}

/** Whether two texts are equal, in a time that depends on their lengths alone. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % (b.length || 1));
  return difference === 0;
}
