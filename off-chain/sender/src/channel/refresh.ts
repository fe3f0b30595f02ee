import type { Book, ChannelName } from "../book/book.ts";
import { observe, type ChainFacts } from "../book/moves.ts";
import type { ChannelRecord } from "../book/record.ts";
import { SenderError } from "../errors.ts";
import { factsOf, nextLook, type Chain } from "./chain.ts";
import { lookForDeposits } from "./sponsor/fate.ts";

/**
 * Takes over into the book what the chain says of a channel: its state, and which sponsored deposits came.
 * @throws SenderError `chain`, and `channel` where the book does not know it.
 */
export async function refreshChannel(
  { book, chain }: { book: Book; chain: Chain },
  channel: ChannelName,
): Promise<{ record: ChannelRecord; facts: ChainFacts }> {
  const known = await book.find(channel);
  const facts = await factsOf(chain, channel.contract, channel.id);
  const takeOver = known && (await lookForDeposits(chain, known));
  const record = await book.change(channel, (current) => {
    observe(current, facts);
    takeOver?.(current);
    return structuredClone(current);
  });
  return { record, facts };
}

/** How often a deposit that was made is looked for. */
const LOOKS = 30;

/**
 * The same after a deposit: the node that showed it, and the one that is asked now, need not be the same, and may lag.
 * @param before what the book said before the deposit.
 * @throws SenderError `chain` also where it is not shown, so that nobody goes on and deposits again.
 */
export async function refreshGrown(
  context: { book: Book; chain: Chain },
  before: Pick<ChannelRecord, keyof ChannelName | "deposit">,
): Promise<ChannelRecord> {
  for (let look = 1; ; look++) {
    const { record } = await refreshChannel(context, before);
    if (record.deposit > before.deposit) return record;
    if (look === LOOKS) {
      const remedy = "Wait until rmps channels shows it, or name another node: who tries again deposits once more.";
      throw new SenderError(
        "chain",
        `the node does not show a deposit into channel ${record.id} that was made`,
        remedy,
      );
    }
    await nextLook(context.chain);
  }
}
