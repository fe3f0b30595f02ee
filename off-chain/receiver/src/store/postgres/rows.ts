import type { Hex } from "@rmps/proofs";
import type { ChannelRecord } from "../channel.ts";
import { toTerms, type TermsRow } from "../rows.ts";

/** A row of `channels` with what is in flight on it, as the driver gives it: big numbers as decimal text. */
export interface ChannelRow extends TermsRow {
  id: Hex;
  opened_block: string | null;
  deposit: string;
  confirmed_deposit: string;
  settled: string;
  closes_at: string;
  accepted: string;
  spent: string;
  fee: string;
  in_flight: string;
  proof_balance: string | null;
  proof_signature: Hex | null;
  agreement_amount: string | null;
  agreement_deadline: string | null;
  agreement_signature: Hex | null;
  published: string;
  paid: boolean;
}

/** Selects rows of that form from `rmps.channels AS c`. */
export const CHANNEL_COLUMNS =
  "c.*, (SELECT coalesce(sum(f.price), 0) FROM rmps.in_flight AS f WHERE f.channel = c.id) AS in_flight";

export function toRecord(row: ChannelRow): ChannelRecord {
  return {
    id: row.id,
    terms: toTerms(row),
    openedBlock: row.opened_block === null ? undefined : Number(row.opened_block),
    deposit: BigInt(row.deposit),
    confirmedDeposit: BigInt(row.confirmed_deposit),
    settled: BigInt(row.settled),
    closesAt: Number(row.closes_at),
    accepted: BigInt(row.accepted),
    spent: BigInt(row.spent),
    fee: BigInt(row.fee),
    inFlight: BigInt(row.in_flight),
    proof:
      row.proof_balance === null || row.proof_signature === null
        ? undefined
        : { balance: BigInt(row.proof_balance), signature: row.proof_signature },
    agreement:
      row.agreement_amount === null || row.agreement_deadline === null || row.agreement_signature === null
        ? undefined
        : {
            amount: BigInt(row.agreement_amount),
            deadline: BigInt(row.agreement_deadline),
            signature: row.agreement_signature,
          },
    published: BigInt(row.published),
    paid: row.paid,
  };
}
