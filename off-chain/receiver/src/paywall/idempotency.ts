import { createHash } from "node:crypto";
import type { Hex } from "@rmps/proofs";
import type { StoredAnswer } from "../store/store.ts";
import { simpleProblem } from "./problem.ts";
import type { RefusedRequest, RequestFacts } from "./types.ts";

/** Visible ASCII, at most 255 characters. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** What a request with an `Idempotency-Key` is known by: the digest of its channel, method, target, body and key. */
export async function idempotencyOf(
  request: RequestFacts,
  channelId: Hex,
  key: string,
): Promise<{ readonly kind: "digest"; readonly digest: Hex } | RefusedRequest> {
  if (!KEY.test(key)) {
    return simpleProblem(400, "malformed-key", "Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  const body = await request.body();
  if (body === undefined) return simpleProblem(413, "body-too-long", "The body is too long for an Idempotency-Key.");
  const hash = createHash("sha256");
  for (const part of [channelId, request.method, request.target, key]) hash.update(part).update("\n");
  return { kind: "digest", digest: `0x${hash.update(body).digest("hex")}` };
}

/** The answer to a request that was charged before; one with several cookies is not given once more in part. */
export function repeatedAnswer(answer: StoredAnswer | undefined): RefusedRequest {
  if (answer === undefined || new Set(answer.headers.map(([name]) => name)).size < answer.headers.length) {
    const detail = "A request with this Idempotency-Key was charged before, and its answer is not kept.";
    return simpleProblem(409, "repeated-request", detail);
  }
  return { kind: "refused", status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body };
}
