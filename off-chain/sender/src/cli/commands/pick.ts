import type { ChannelRecord } from "../../book/record.ts";
import { SenderError } from "../../errors.ts";
import type { Context } from "../context.ts";

/**
 * A channel by its id, or by the beginning of it; one that only the chain knows of is taken into the book.
 * @throws SenderError `channel` where there is none, or more than one.
 */
export async function pick(name: string, context: Context): Promise<ChannelRecord> {
  const channels = await context.channels();
  const wanted = name.toLowerCase();
  const matching = (records: ChannelRecord[]) => records.filter(({ id }) => id.startsWith(wanted));
  let found = matching(await channels.list());
  if (found.length === 0) found = matching(await known(context));
  const [record, another] = found;
  if (record === undefined || wanted.length < 4) {
    throw new SenderError("channel", `there is no channel ${name}`, "List them: rmps channels.");
  }
  if (another !== undefined) throw new SenderError("channel", `${name} is not unique`, "Give more of its digits.");
  return record;
}

/** All channels of the wallet on the RPC's chain: those of the book, and those that only the chain knows of. */
export async function known(context: Context): Promise<ChannelRecord[]> {
  const channels = await context.channels();
  const { chainId } = await context.chain();
  await channels.discover(chainId, await context.manager(), () => true);
  const records = (await channels.list()).filter((record) => record.chainId === chainId);
  return Promise.all(
    records.map((record) => (record.status === "closed" ? Promise.resolve(record) : channels.refresh(record))),
  );
}
