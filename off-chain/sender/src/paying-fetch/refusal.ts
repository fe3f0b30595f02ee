import type { RefusalCode } from "@rmps/wire";
import { backoff } from "../http/again.ts";
import type { Refusal } from "../http/dialect.ts";

/** How patient a payment is with a receiver that does not (yet) serve it. */
export interface Patience {
  /** How often a payment is repeated, with the same balance, before it is given up. */
  retries: number;
  /** Milliseconds for which an opening or a top-up may take to be confirmed. */
  confirmation: number;
}

/** What to do about a refusal, apart from what is learned from it. */
export type Reaction =
  | { kind: "again"; pause: number } // the same balance, after so many milliseconds
  | { kind: "leave" } // this channel is of no more use here
  | { kind: "give-up"; remedy: string };

/** Refusals that pass once the chain has confirmed what it shows; unless it has forgotten it. */
export const WAITS_FOR_CHAIN: ReadonlySet<string> = new Set([
  "channel-not-found",
  "channel-not-confirmed",
  "balance-exceeds-deposit",
]);
const PASSES: ReadonlySet<RefusalCode> = new Set(["busy", "chain-unavailable", "store-unavailable"]);
const ENDED: ReadonlySet<RefusalCode> = new Set(["channel-closing", "channel-closed", "wrong-terms"]);

const REMEDIES: Partial<Record<RefusalCode, string>> = {
  "payment-required": "The payment does not reach the receiver: is there a proxy that drops its headers?",
  "invalid-signature": "Is the state that of another chain? rmps channels shows what is known.",
  "insufficient-payment":
    "The receiver counts more as spent than you do. Close the channel (rmps close): it costs what you count, unless the receiver proves more.",
};

/** @param attempt how often it was refused for such a reason before; @param waited milliseconds since the first time. */
export function reactTo(refusal: Refusal, attempt: number, waited: number, patience: Patience): Reaction {
  const { code, retryAfter } = refusal;
  if (ENDED.has(code)) return { kind: "leave" };
  const pause = retryAfter === undefined ? backoff(attempt) : backoff(0, retryAfter);
  if (WAITS_FOR_CHAIN.has(code) && waited < patience.confirmation) return { kind: "again", pause };
  if (PASSES.has(code) && attempt < patience.retries) return { kind: "again", pause };
  // Once more, for another node of the receiver may know better; what is offered stays the same.
  if ((code === "insufficient-payment" || code === "payment-required") && attempt < Math.min(1, patience.retries)) {
    return { kind: "again", pause };
  }
  return { kind: "give-up", remedy: REMEDIES[code] ?? "Try again later." };
}
