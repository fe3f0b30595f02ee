import type { ChannelRecord } from "../../book/record.ts";
import type { Context } from "../context.ts";
import { shortId } from "../output.ts";

const describe = ({ id, origin, terms }: ChannelRecord) => `forgot ${shortId(id)} with ${origin ?? terms.receiver}`;

/** `rmps forget`: drops what is recorded here and was on a development chain that began anew. */
export async function forget(context: Context): Promise<void> {
  const channels = await context.channels();
  const gone = await channels.forget((await context.chain()).chainId);
  const values = gone.map(({ id, origin, balance }) => ({ channel: id, origin, balance }));
  context.output.result(values, gone.length === 0 ? "nothing to forget" : gone.map(describe).join("\n"));
}
