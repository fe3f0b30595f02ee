import type { Refusal, RefusalCode } from "../refusal.ts";

const BASE = "https://paymentauth.org/problems/";

/** The draft's problem types; what it has no type for is a verification that failed. */
const TYPES: Partial<Record<RefusalCode, string>> = {
  "payment-required": "payment-required",
  "malformed-payment": "malformed-credential",
  "channel-not-found": "session/channel-not-found",
  "channel-closing": "session/channel-finalized",
  "channel-closed": "session/channel-finalized",
  "invalid-signature": "session/invalid-signature",
  "balance-exceeds-deposit": "session/amount-exceeds-deposit",
  "insufficient-payment": "session/insufficient-balance",
};

/** The problem type (a URI) that the `Payment` scheme gives to a refusal. */
export function problemType(refusal: Pick<Refusal, "code" | "challengeAtFault">): string {
  if (refusal.code === "malformed-payment" && refusal.challengeAtFault === true) return `${BASE}invalid-challenge`;
  return BASE + (TYPES[refusal.code] ?? "verification-failed");
}
