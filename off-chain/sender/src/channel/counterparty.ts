import type { Terms } from "@rmps/proofs";

/** What a sender chooses when it opens a channel; the rest of the terms are its own. */
export type Counterparty = Pick<Terms, "receiver" | "receiverSigner" | "token" | "challengePeriod">;

/** Whether terms name exactly this counterparty. */
export function isWith(terms: Terms, counterparty: Counterparty): boolean {
  return (
    terms.receiver === counterparty.receiver &&
    terms.receiverSigner === counterparty.receiverSigner &&
    terms.token === counterparty.token &&
    terms.challengePeriod === counterparty.challengePeriod
  );
}
