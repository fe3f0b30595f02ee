import { channelId } from "@rmps/proofs";
import type { ChannelRecord } from "../../book/record.ts";
import { SenderError } from "../../errors.ts";
import type { Context } from "../context.ts";

/** Digits of an id that name a channel, `0x` included. */
const SHORTEST = 4;

/**
 * A channel by its id, or by the beginning of it; one that only the chain knows of is taken into the book.
 * @throws SenderError `channel` where there is none, or more than one.
 */
export async function pick(name: string, context: Context): Promise<ChannelRecord> {
  return only(name, await find(name, context));
}

/** As `pick`; also a channel that a key signs for that is not at hand: it can be ended, and nothing else. */
export async function pickToEnd(name: string, context: Context): Promise<ChannelRecord> {
  const found = await find(name, context);
  return only(name, found.length > 0 || name.length < SHORTEST ? found : await lost(name.toLowerCase(), context));
}

async function find(name: string, context: Context): Promise<ChannelRecord[]> {
  if (name.length < SHORTEST) return [];
  const wanted = name.toLowerCase();
  const matching = (records: ChannelRecord[]) => records.filter(({ id }) => id.startsWith(wanted));
  const found = matching(await (await context.channels()).list());
  return found.length > 0 ? found : matching(await known(context));
}

function only(name: string, [record, another]: ChannelRecord[]): ChannelRecord {
  if (record === undefined)
    throw new SenderError("channel", `there is no channel ${name}`, "List them: rmps channels.");
  if (another !== undefined) throw new SenderError("channel", `${name} is not unique`, "Give more of its digits.");
  return record;
}

async function lost(beginning: string, context: Context): Promise<ChannelRecord[]> {
  const channels = await context.channels();
  const { chainId } = await context.chain();
  const manager = await context.manager();
  const name = { chainId, contract: manager.contract };
  return channels.recover(chainId, manager, (terms) => channelId(terms, name).startsWith(beginning));
}

/** All channels of the wallet on the RPC's chain: those of the book, and those that only the chain knows of. */
export async function known(context: Context): Promise<ChannelRecord[]> {
  const channels = await context.channels();
  const { chainId } = await context.chain();
  await channels.discover(chainId, await context.manager(), () => true);
  const records = (await channels.list()).filter((record) => record.chainId === chainId);
  return Promise.all(records.map((record) => channels.refresh(record))); // also those that are closed: see `observe`
}
