import type { Provider, TransactionReceipt } from "ethers";
import type { Address, Hex } from "@rmps/proofs";
import type { SentTransaction } from "../../book/sent.ts";
import { SenderError } from "../../errors.ts";
import { factsOf, type Chain } from "../chain.ts";
import { depositIn, DEPOSITS } from "../deposit-event.ts";

/** What nodes show of a transaction and of what replaced it. Behind one address there may be several that lag. */
export type Look =
  | { kind: "mined"; receipt: TransactionReceipt } // and what it deposited is in the channel's state
  | { kind: "gone" } // its nonce is used, by another one
  | { kind: "used" } // its nonce is used, and they do not show (yet) by what, or what came of it
  | { kind: "pending"; isNext: boolean } // `isNext`: nothing of the account has to be mined before it
  | { kind: "failed"; error: unknown }; // they do not answer

/** Looks once. */
export async function lookAt(chain: Chain, address: Address, sent: SentTransaction): Promise<Look> {
  const { provider } = chain;
  const { nonce, hashes, deposits, isGuess = false } = sent;
  try {
    const used = await provider.getTransactionCount(address, "latest"); // first: what is mined meanwhile is not gone
    for (const hash of hashes.toReversed()) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt === null) continue;
      const isShown = deposits === undefined || (await isInState(chain, deposits, receipt));
      return isShown ? { kind: "mined", receipt } : { kind: "used" };
    }
    if (isGuess || used <= nonce) return { kind: "pending", isNext: used === nonce };
    return { kind: (await isTaken(provider, address, sent)) ? "gone" : "used" };
  } catch (error) {
    return { kind: "failed", error };
  }
}

/** Whether a deposit that a receipt shows is in the channel's state, too: where it is not, it might be made once more. */
async function isInState(chain: Chain, id: Hex, { logs }: TransactionReceipt): Promise<boolean> {
  const log = logs.find(({ topics }) => DEPOSITS.includes(topics[0]!) && topics[1] === id);
  if (log === undefined) return true; // it failed
  const { deposit } = await factsOf(chain, log.address.toLowerCase() as Address, id);
  return deposit >= depositIn(log).total;
}

/** Blocks by which no node that answers lags: what used a nonce before them is known to all. */
const LAG = 64;

/**
 * Whether another transaction took a nonce, for certain. That a node counts it as used, and another one has no receipt of
 * ours, says nothing; the block does in which it was used, if ours is not there.
 */
async function isTaken(provider: Provider, address: Address, { nonce, hashes }: SentTransaction): Promise<boolean> {
  const isUsedAt = async (block: number) => (await provider.getTransactionCount(address, block)) > nonce;
  let last = await provider.getBlockNumber();
  if (!(await isUsedAt(last))) return false;
  for (let first = Math.max(0, last - LAG); last - first > 1;) {
    const middle = (first + last) >> 1;
    if (await isUsedAt(middle)) last = middle;
    else first = middle;
  }
  const block = await provider.getBlock(last);
  return block !== null && !hashes.some((hash) => block.transactions.includes(hash));
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

/** What became of one, by a look at it; undefined while it is under way. */
export function outcomeOf(sent: SentTransaction, look: Look): Outcome | undefined {
  if (look.kind === "gone") return { sent, error: new TransactionFailed(sent, "another transaction took its place") };
  if (look.kind !== "mined") return undefined;
  const { receipt } = look;
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
