import { createHash } from "node:crypto";
import type { EchoedChallenge, Refusal } from "@rmps/wire";
import type { RequestFacts } from "./types.ts";

/** How long a challenge of the `Payment` scheme can be answered, in milliseconds: five minutes. */
export const CHALLENGE_LIFETIME = 5 * 60 * 1000;

/**
 * What is wrong with a challenge of ours that came back: it must be for this request, and not be over. It is not used
 * up: that one balance buys one request only is the ledger's business.
 */
export async function challengeProblem(
  { expires, method, path, digest }: EchoedChallenge,
  request: RequestFacts,
  now: number,
): Promise<Refusal | undefined> {
  if (expires < now) return atFault("The challenge has expired.");
  if (method !== request.method || path !== pathOf(request.target)) {
    return atFault("The challenge was for another request.");
  }
  if (digest === undefined) return undefined;
  const body = await request.body();
  if (body === undefined || digest !== digestOf(body)) return atFault("The challenge was for another body.");
  return undefined;
}

function atFault(detail: string): Refusal {
  return {
    code: "malformed-payment",
    detail,
    remedy: "Ask again, and answer the new challenge.",
    challengeAtFault: true,
  };
}

/** `sha-256=<base64>` of a body. */
function digestOf(body: Uint8Array): string {
  return `sha-256=${createHash("sha256").update(body).digest("base64")}`;
}

/** The path of a target, without its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf("?");
  return mark < 0 ? target : target.slice(0, mark);
}
