import { addressOption, connect } from "./lib/chain.ts";
import { findChannels } from "./lib/channels.ts";
import { OperatorError, main } from "./lib/command.ts";
import { printChannels, printJson } from "./lib/print.ts";

const STATUSES = ["open", "closing", "due", "closed"];

await main({
  help: `Lists the channels of a party, sender or receiver, from the manager's logs.

  npx node scripts/ops/channels.ts ADDRESS

  --status STATUS     only those that are open, closing, due (their challenge period is over) or closed`,
  options: { status: { type: "string" } },
  async run({ values, words: [address, ...more] }) {
    if (address === undefined || more.length > 0) throw new OperatorError("Name one party.");
    const party = addressOption("party", address);
    const { status } = values;
    if (status !== undefined && !STATUSES.includes(status))
      throw new OperatorError(`--status: ${STATUSES.join(", ")}.`);
    const chain = await connect(values);
    const all = await findChannels(chain, { party });
    const channels = all.filter((channel) => status === undefined || channel.status === status);
    if (values.json === true) return printJson(channels);
    await printChannels(chain, channels);
    console.log(`${channels.length} channels`);
  },
});
