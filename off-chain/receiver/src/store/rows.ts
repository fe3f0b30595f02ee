import type { Address, Hex, Terms } from "@rmps/proofs";
import type { Sponsorship, SponsorshipState } from "./sponsorships.ts";

/** The columns of a channel's terms, the same in both databases. */
export interface TermsRow {
  sender: Address;
  sender_signer: Address;
  receiver: Address;
  receiver_signer: Address;
  token: Address;
  challenge_period: number;
  salt: Hex;
}

export function toTerms(row: TermsRow): Terms {
  return {
    sender: row.sender,
    senderSigner: row.sender_signer,
    receiver: row.receiver,
    receiverSigner: row.receiver_signer,
    token: row.token,
    challengePeriod: row.challenge_period,
    salt: row.salt,
  };
}

/** A row of `sponsorships`; amounts in the database's own writing, times as numbers or as decimal text. */
export interface SponsorshipRow {
  key: Hex;
  channel: Hex;
  sender: Address;
  amount: string;
  fee: string;
  data: Hex;
  valid_until: number | string;
  cost: string;
  state: SponsorshipState;
  hash: Hex | null;
  created: number | string;
}

/** @param toAmount reads the database's writing of amounts. */
export function toSponsorship(row: SponsorshipRow, toAmount: (text: string) => bigint): Sponsorship {
  return {
    key: row.key,
    channelId: row.channel,
    sender: row.sender,
    amount: toAmount(row.amount),
    fee: toAmount(row.fee),
    data: row.data,
    validUntil: Number(row.valid_until),
    cost: toAmount(row.cost),
    state: row.state,
    transaction: row.hash ?? undefined,
    createdAt: Number(row.created),
  };
}
