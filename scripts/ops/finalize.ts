import { addressOption, connect, sender } from "./lib/chain.ts";
import { findChannels } from "./lib/channels.ts";
import { OperatorError, main } from "./lib/command.ts";
import { confirm, moneyOf } from "./lib/print.ts";

await main({
  help: `Finalizes every channel whose challenge period is over: the rest goes back to its sender. Anyone may.

  npx node scripts/ops/finalize.ts [ADDRESS]      all that is due, or only the channels of one party`,
  options: {},
  async run({ values, words: [address, ...more] }) {
    if (more.length > 0) throw new OperatorError("Name at most one party.");
    const chain = await connect(values);
    const party = address === undefined ? {} : { party: addressOption("party", address) };
    const due = (await findChannels(chain, party)).filter(({ status }) => status === "due");
    const dryRun = values["dry-run"] === true;
    const manager = dryRun || due.length === 0 ? chain.manager : chain.manager.connect(await sender(chain, values));
    for (const { id, terms, deposit, settled } of due) {
      const what = `finalize ${id}, ${(await moneyOf(chain, terms.token))(deposit - settled)} to ${terms.sender}`;
      if (dryRun) console.log(`${what}: would cost about ${await manager.finalize.estimateGas(terms)} gas`);
      else await confirm(what, manager.finalize(terms));
    }
    console.log(`${due.length} channels ${dryRun ? "are due" : "finalized"}`);
  },
});
