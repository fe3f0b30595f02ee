import type { Terms } from "@rmps/proofs";
import type { SponsorPolicy, SponsorRefusal, SponsorRequest } from "./types.ts";

/** Seconds for which an authorization has to be good still: time for a few raises of the fee. */
const MARGIN = 600;

/** A day, in milliseconds: for how long what was sponsored counts against the budget. */
export const BUDGET_PERIOD = 86_400_000;

/** The second until which an authorization can be used, inclusive. ERC-3009 says before, Permit2 until. */
export function validUntil({ authorization }: SponsorRequest): bigint {
  return authorization.method === "erc3009" ? authorization.validBefore - 1n : authorization.deadline;
}

/**
 * What stands against a request by itself, apart from the books and the chain.
 * @param ours whether a channel bears the terms on which we sell.
 * @param time Unix seconds on the chain's clock.
 */
export function objectionTo(
  request: SponsorRequest,
  { minDeposit, fee, methods }: SponsorPolicy,
  ours: (terms: Terms) => boolean,
  time: number,
): SponsorRefusal | undefined {
  const { terms, amount, authorization } = request;
  if (!ours(terms)) return { kind: "refused", code: "wrong-terms" };
  if (!methods.includes(authorization.method)) return { kind: "refused", code: "method-not-supported" };
  if (request.fee !== fee) return { kind: "refused", code: "fee-not-ours", fee };
  const least = minDeposit + fee;
  if (amount < least) return { kind: "refused", code: "deposit-too-small", least };
  const begun = authorization.method === "permit2" || authorization.validAfter < BigInt(time);
  const lasts = validUntil(request) >= BigInt(time + MARGIN);
  return begun && lasts ? undefined : { kind: "refused", code: "authorization-window" };
}
