import type { Provider, TransactionReceipt } from "ethers";
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

/** What became of a transaction that is over. */
export type Outcome =
  | { readonly sent: SentTransaction; readonly receipt: TransactionReceipt; readonly error?: undefined }
  | { readonly sent: SentTransaction; readonly receipt?: undefined; readonly error: TransactionFailed };

/** What became of one that is mined. */
export function outcomeOf(sent: SentTransaction, receipt: TransactionReceipt): Outcome {
  return receipt.status === 0 ? { sent, error: new TransactionFailed(sent, "reverted") } : { sent, receipt };
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
