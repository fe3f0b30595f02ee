import { sha256 } from "@rmps/proofs";
import { base64 } from "../json/base64.ts";
import type { Refusal } from "../refusal.ts";
import type { EchoedChallenge } from "../payment.ts";

/** The request that came with an echoed challenge. */
export interface ChallengedRequest {
  readonly method: string;
  /** Absolute URL. */
  readonly url: string;
  /** `bodyDigest` of its body, where it has one. */
  readonly digest?: string;
}

/** The digest of a body as a challenge binds it (RFC 9530): `sha-256=:<base64>:`. */
export function bodyDigest(body: Uint8Array): string {
  return `sha-256=:${base64(sha256(body))}:`;
}

/**
 * What stands against paying a request with the answer to a challenge; undefined where nothing does.
 * @param now Unix milliseconds.
 */
export function checkChallenge(
  challenge: EchoedChallenge,
  request: ChallengedRequest,
  now: number,
): Refusal | undefined {
  const fault = !(now <= challenge.expires)
    ? "The challenge has expired."
    : challenge.method !== request.method || challenge.path !== new URL(request.url).pathname
      ? "The challenge was for another request."
      : challenge.digest !== undefined && challenge.digest !== request.digest
        ? "The challenge was for another body."
        : undefined;
  if (fault === undefined) return undefined;
  return {
    code: "malformed-payment",
    detail: fault,
    remedy: "Answer the challenge that comes with this refusal.",
    challengeAtFault: true,
  };
}
