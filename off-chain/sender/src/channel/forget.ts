import type { Book } from "../book/book.ts";
import type { ChannelRecord } from "../book/record.ts";
import { SenderError } from "../errors.ts";
import { factsOf, type Chain } from "./chain.ts";
import { chainError } from "./chain-error.ts";
import { LOCAL_CHAIN } from "./managers.ts";

/** Whether the chain knows nothing of a channel: no deposit was ever made into it there. */
async function isGone(chain: Chain, { contract, id }: ChannelRecord): Promise<boolean> {
  const code = await chain.provider.getCode(contract).catch((error: unknown) => {
    throw chainError(error, "looking for the manager");
  });
  return code === "0x" || (await factsOf(chain, contract, id)).deposit === 0n;
}

/**
 * Drops channels from the book that the development chain does not know (any more): it began anew, and their money, which
 * was play money, is gone with it. One whose opening is under way stays. No transaction of the account may run meanwhile.
 * @param records of the account, on any chain.
 * @returns what was dropped.
 * @throws SenderError `configuration` on any other chain; `chain` where it does not answer: nothing is dropped then.
 */
export async function forgetGone(
  chain: Chain,
  book: Book,
  records: readonly ChannelRecord[],
): Promise<ChannelRecord[]> {
  if (chain.chainId !== LOCAL_CHAIN) {
    throw new SenderError(
      "configuration",
      `channels are forgotten on chain ${LOCAL_CHAIN} alone, and this is chain ${chain.chainId}`,
      "No other chain begins anew: a node that does not know a channel is behind. Check --rpc.",
    );
  }
  const gone: ChannelRecord[] = [];
  for (const record of records) {
    if (record.chainId !== LOCAL_CHAIN || record.status === "opening") continue;
    if (await isGone(chain, record)) gone.push(record);
  }
  await book.remove(gone);
  return gone;
}
