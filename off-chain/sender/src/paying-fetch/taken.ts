import { spentOf, type ChannelRecord } from "../book/record.ts";
import type { Channels } from "../channel/channels.ts";

/**
 * What a receiver was paid on chain, by ending a channel, beyond all that this sender counts as spent: by the proofs of
 * requests that it refused.
 * @param record as the chain has just shown it.
 * @returns in the token's smallest unit; 0 also while the channel is open, and where the end was the sender's own.
 */
export async function takenBy(record: ChannelRecord, channels: Channels): Promise<bigint> {
  if (record.status === "open" || record.ending !== undefined) return 0n;
  const { settled } = await channels.factsOf(record);
  const spent = spentOf(record);
  return settled > spent ? settled - spent : 0n;
}
