import { senderSide, signCloseRequest, type CloseRequest } from "@rmps/proofs";
import type { Book } from "../book/book.ts";
import { end } from "../book/moves.ts";
import { spentOf, type ChannelRecord, type Ending } from "../book/record.ts";
import { SenderError } from "../errors.ts";
import { timeOf, type Chain } from "./chain.ts";
import type { Wallet } from "./wallet.ts";

/** Seconds for which a CloseRequest is good: time enough to ask again, too short to be forgotten with a receiver. */
const REQUEST_LIFETIME = 3_600n;

/** Seconds that an agreement must still be good for, so that the transaction can be mined. */
export const AGREEMENT_MARGIN = 120n;

/** What it takes to say how a channel ends. */
export interface Conclusion {
  book: Book;
  chain: Chain;
  wallet: Wallet;
}

/**
 * First no more payments, then the sum: a payment that another process makes meanwhile is in it, or is refused.
 * @returns what is conceded.
 */
export function stopPaying(record: ChannelRecord, settled: bigint, { book }: Conclusion): Promise<bigint> {
  return book.change(record, (current) => {
    current.status = "closing";
    const counted = current.ending?.amount ?? spentOf(current);
    return counted > settled ? counted : settled;
  });
}

/**
 * Signs what is conceded: what counts as spent, never the balance. From the moment that this is durable the channel is
 * never paid on again. A channel that is ending already keeps its amount.
 */
export async function conclude(record: ChannelRecord, settled: bigint, context: Conclusion): Promise<Ending> {
  const { book, chain, wallet } = context;
  const { chainId, contract, id } = record;
  const key = wallet.keyOf(senderSide(record.terms));
  if (key === undefined) {
    const remedy = `Use the key of ${senderSide(record.terms)}.`;
    throw new SenderError("configuration", "none of the keys at hand signs for this channel", remedy);
  }
  const now = await timeOf(chain);
  const amount = await stopPaying(record, settled, context);
  const known = (await book.find(record))?.ending;
  if (known?.amount === amount && known.deadline > now + AGREEMENT_MARGIN) return known;
  const deadline = now + REQUEST_LIFETIME;
  const request: CloseRequest = { chainId, contract, channelId: id, amount, deadline };
  const signature = await (typeof key === "string" || key instanceof Uint8Array
    ? signCloseRequest(request, key)
    : signCloseRequest(request, key));
  const ending: Ending = { amount, deadline, signature, closesAt: known?.closesAt };
  await book.change(record, (current) => end(current, ending));
  return ending;
}
