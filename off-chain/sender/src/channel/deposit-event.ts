import type { Log } from "ethers";
import { MANAGER } from "./managers.ts";

/** First topics of the events of deposits; the second is the channel's id. */
export const DEPOSITS = (["ChannelOpened", "ChannelToppedUp"] as const).map((name) => MANAGER.getEvent(name).topicHash);

/** What the event of a deposit says, in the token's smallest unit: how much was added, and what the channel holds then. */
export function depositIn({ topics, data }: Pick<Log, "topics" | "data">): { amount: bigint; total: bigint } {
  const { name, args } = MANAGER.parseLog({ topics: [...topics], data })!;
  const total = args["deposit"] as bigint;
  return { amount: name === "ChannelOpened" ? total : (args["amount"] as bigint), total };
}
