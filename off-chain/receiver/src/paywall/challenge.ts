import { bodyDigest, checkChallenge, type EchoedChallenge, type Refusal } from "@rmps/wire";
import type { RequestFacts } from "./types.ts";

/** How long a challenge of the `Payment` scheme can be answered, in milliseconds: five minutes. */
export const CHALLENGE_LIFETIME = 5 * 60 * 1000;

/**
 * What is wrong with a challenge of ours that came back: it must be for this request, and not be over. It is not used
 * up: that one balance buys one request only is the ledger's business.
 */
export async function challengeProblem(
  challenge: EchoedChallenge,
  request: RequestFacts,
  now: number,
): Promise<Refusal | undefined> {
  const digest = challenge.digest === undefined ? undefined : await digestOf(request);
  const { method } = request;
  return checkChallenge(challenge, { method, url: request.url(), ...(digest !== undefined && { digest }) }, now);
}

/** The digest of a request's body; undefined where it has none, or one that is too long to be bound. */
export async function digestOf(request: RequestFacts): Promise<string | undefined> {
  const body = await request.body();
  return body === undefined || body.length === 0 ? undefined : bodyDigest(body);
}
