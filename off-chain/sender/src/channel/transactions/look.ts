import { isError, type Provider, type TransactionReceipt } from "ethers";
import type { Address } from "@rmps/proofs";
import type { SentTransaction } from "../../book/sent.ts";
import { SenderError } from "../../errors.ts";

/** What a node shows of a transaction and of what replaced it. */
export type Look =
  | { kind: "mined"; receipt: TransactionReceipt }
  | { kind: "gone" } // its nonce is used, by another one
  | { kind: "pending"; isNext: boolean } // `isNext`: nothing of the account has to be mined before it
  | { kind: "failed"; error: unknown }; // the node does not answer

/** Looks once. */
export async function lookAt(provider: Provider, address: Address, { nonce, hashes }: SentTransaction): Promise<Look> {
  try {
    const used = await provider.getTransactionCount(address, "latest"); // first: what is mined meanwhile is not gone
    for (const hash of hashes.toReversed()) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) return { kind: "mined", receipt };
    }
    return used > nonce ? { kind: "gone" } : { kind: "pending", isNext: used === nonce };
  } catch (error) {
    return { kind: "failed", error };
  }
}

/** Whether a node knows a transaction under any of its hashes. */
export async function isKnown(provider: Provider, { hashes }: Pick<SentTransaction, "hashes">): Promise<boolean> {
  for (const hash of hashes) if ((await provider.getTransaction(hash)) !== null) return true;
  return false;
}

/** Whether a node answered that it does not take a transaction; else it may have arrived. */
export function isRefusal(error: unknown): boolean {
  if (isError(error, "UNKNOWN_ERROR")) return error.error !== undefined; // the node's own words
  const codes = ["INSUFFICIENT_FUNDS", "NONCE_EXPIRED", "REPLACEMENT_UNDERPRICED", "CALL_EXCEPTION"] as const;
  return codes.some((code) => isError(error, code));
}

/** A transaction is over, and did nothing. */
export class TransactionFailed extends SenderError {
  constructor({ doing, hashes }: SentTransaction, why: string) {
    super(
      "chain",
      `${doing}: transaction ${hashes.at(-1)}: ${why}`,
      "Look at the channel (rmps channels), and try again.",
    );
  }
}

/** A transaction was waited for in vain. It is still under way, and in the book. */
export class TransactionStuck extends SenderError {
  /** @param remedy what to do beside. */
  constructor({ doing, nonce, hashes }: SentTransaction, remedy: string) {
    const message = `${doing}: transaction ${hashes.at(-1)} (nonce ${nonce}) is not mined yet`;
    super("chain", message, `Do the same again to go on with it: nothing is sent twice. ${remedy}`);
  }
}
