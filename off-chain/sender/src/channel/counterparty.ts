import type { Manager, Terms } from "@rmps/proofs";
import type { ChannelRecord } from "../book/record.ts";

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

/** Whether a channel lies with this manager, and names exactly this counterparty and key of the sender's. */
export function isMeant(
  { chainId, contract, terms }: ChannelRecord,
  manager: Manager,
  wanted: Counterparty & Pick<Terms, "senderSigner">,
): boolean {
  return (
    chainId === manager.chainId &&
    contract === manager.contract &&
    terms.senderSigner === wanted.senderSigner &&
    isWith(terms, wanted)
  );
}
