import { refuse } from "../book/moves.ts";
import type { ChannelRecord } from "../book/record.ts";
import type { Channels } from "../channel/channels.ts";

/**
 * Whether a sponsored deposit came since a balance was set aside, so that it did not cover its fee; the balance is then
 * set free, to sign anew. To be asked before anything that the receiver says of what is spent: the chain tells more.
 * @param balance of a request that was refused as too little. @throws SenderError `chain`
 */
export async function isInArrears(channels: Channels, channel: ChannelRecord, balance: bigint): Promise<boolean> {
  if ((await channels.book.find(channel))?.authorized === undefined) return false;
  const { outstanding, fee } = await channels.refresh(channel);
  const item = outstanding.find((other) => other.balance === balance);
  if (item === undefined || fee <= (item.fee ?? 0n)) return false;
  await channels.book.change(channel, (record) => refuse(record, balance));
  return true;
}
