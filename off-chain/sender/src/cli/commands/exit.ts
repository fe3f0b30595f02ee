import type { ChannelRecord } from "../../book/record.ts";
import { forEach } from "../../channel/each.ts";
import type { Exit } from "../../channel/exit.ts";
import { SenderError } from "../../errors.ts";
import type { Context } from "../context.ts";
import { show } from "../money.ts";
import { shortId } from "../output.ts";
import { known, pickToEnd } from "./pick.ts";

const when = (closesAt: bigint) => new Date(Number(closesAt) * 1000).toISOString().replace(".000", "");

async function describe({ channel, kind, by, settled, closesAt, reason }: Exit, context: Context): Promise<string> {
  const token = await context.tokenAt(channel.terms.token);
  const rest = show(channel.deposit - settled, token);
  const name = shortId(channel.id);
  const paid = `${show(settled, token)} paid`;
  if (kind === "closed") return `closed ${name}${by === "agreement" ? " by agreement" : ""}: ${paid}, ${rest} back`;
  const why = reason === undefined ? "" : ` (${reason})`;
  if (by === "agreement") return `agreed to close ${name}${why}: ${rest} come back`;
  return `closing ${name}${why}: ${paid}; rmps finalize brings back the rest from ${when(closesAt)}`;
}

async function report(exits: Exit[], context: Context): Promise<void> {
  const { output } = context;
  const values = exits.map(({ channel, ...exit }) => ({ channel: channel.id, deposit: channel.deposit, ...exit }));
  const lines = await Promise.all(exits.map((exit) => describe(exit, context)));
  output.result(values, lines.length === 0 ? "nothing to do" : lines.join("\n"));
}

/** `rmps close`: by agreement where the receiver gives it, else the challenge period begins. */
export async function close(names: string[], all: boolean, context: Context): Promise<void> {
  if ((names.length === 0) !== all) {
    throw new SenderError("configuration", "which channels?", "Name channels, or close them --all.");
  }
  const channels = await context.channels();
  const records: ChannelRecord[] = [];
  if (all) records.push(...(await known(context)).filter(({ status, deposit }) => status !== "closed" && deposit > 0n));
  for (const name of names) records.push(await pickToEnd(name, context));
  const exits: Exit[] = [];
  try {
    await forEach(records, async (record) => void exits.push(await channels.close(record)));
  } finally {
    await report(exits, context);
  }
}

/** `rmps finalize`: all that is due. */
export async function finalize(context: Context): Promise<void> {
  await known(context);
  const channels = await context.channels();
  const { chainId } = await context.chain();
  const exits = await channels.finishAll(false, chainId);
  await report(exits, context);
  for (const { id, status, ending, chainId: chain } of await channels.list()) {
    const closesAt = ending?.closesAt;
    const isLater = chain === chainId && status === "closing" && !exits.some(({ channel }) => channel.id === id);
    if (isLater && closesAt !== undefined) context.output.note(`${shortId(id)} is due at ${when(closesAt)}`);
  }
}
