import type { Hex } from "@rmps/proofs";
import type { Account } from "../../ledger/account.ts";
import { Seen } from "../../ledger/seen.ts";
import { toTerms, type TermsRow } from "../rows.ts";

/** A row of `channels`, as the columns are. */
export interface ChannelRow extends TermsRow {
  id: Hex;
  opened_block: number | null;
  deposit: string;
  confirmed_deposit: string;
  settled: string;
  closes_at: number;
  accepted: string;
  spent: string;
  fee: string;
  proof_balance: string | null;
  proof_signature: Hex | null;
  agreement_amount: string | null;
  agreement_deadline: number | null;
  agreement_signature: Hex | null;
  published: string;
  paid: number;
}

const ZERO = "0".repeat(28);

let lastAmount = 0n;
let lastText = ZERO;

/**
 * An amount of up to 112 bits as text that sorts as the number does. The last one is remembered: who pays exactly has
 * one number for what is accepted, spent and proven.
 */
export function fromAmount(amount: bigint): string {
  if (amount === 0n) return ZERO;
  if (amount !== lastAmount) {
    lastText = amount.toString(16).padStart(28, "0");
    lastAmount = amount;
  }
  return lastText;
}

/** The amount of such a text. */
export function toAmount(text: string): bigint {
  return text === ZERO ? 0n : BigInt(`0x${text}`);
}

/** A row in memory. What was accepted before counts as seen. */
export function toAccount(row: ChannelRow, inFlight: bigint): Account {
  const accepted = toAmount(row.accepted);
  return {
    id: row.id,
    terms: toTerms(row),
    openedBlock: row.opened_block ?? undefined,
    deposit: toAmount(row.deposit),
    confirmedDeposit: toAmount(row.confirmed_deposit),
    settled: toAmount(row.settled),
    closesAt: row.closes_at,
    accepted,
    spent: toAmount(row.spent),
    fee: toAmount(row.fee),
    inFlight,
    proof:
      row.proof_balance === null || row.proof_signature === null
        ? undefined
        : { balance: toAmount(row.proof_balance), signature: row.proof_signature },
    agreement:
      row.agreement_amount === null || row.agreement_deadline === null || row.agreement_signature === null
        ? undefined
        : {
            amount: toAmount(row.agreement_amount),
            deadline: BigInt(row.agreement_deadline),
            signature: row.agreement_signature,
          },
    published: toAmount(row.published),
    paid: row.paid === 1,
    seen: new Seen(accepted),
  };
}
