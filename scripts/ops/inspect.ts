import { readFileSync } from "node:fs";
import { channelId, parseHash, parseTerms, type Hex, type TermsInput } from "@rmps/proofs";
import { connect, type Chain } from "./lib/chain.ts";
import { findChannels, look, type Channel } from "./lib/channels.ts";
import { OperatorError, main } from "./lib/command.ts";
import { moneyOf, printJson } from "./lib/print.ts";

async function byTerms(chain: Chain, path: string): Promise<Channel | undefined> {
  let terms;
  try {
    terms = parseTerms(JSON.parse(readFileSync(path, "utf8")) as TermsInput);
  } catch (error) {
    throw new OperatorError(`${path} holds no terms: ${error instanceof Error ? error.message : String(error)}`);
  }
  const id = channelId(terms, { chainId: chain.chainId, contract: chain.contract });
  return look(chain, id, terms, 0);
}

async function byId(chain: Chain, text: string): Promise<Channel | undefined> {
  let id: Hex;
  try {
    id = parseHash(text);
  } catch {
    throw new OperatorError(`${text} is no channel id.`);
  }
  return (await findChannels(chain, { id }))[0];
}

await main({
  help: `Shows a channel: its terms, its state, and what each side could collect.

  npx node scripts/ops/inspect.ts ID
  npx node scripts/ops/inspect.ts --terms FILE

  --terms FILE        JSON: sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt`,
  options: { terms: { type: "string" } },
  async run({ values, words: [id, ...more] }) {
    if (more.length > 0 || (id === undefined) === (values.terms === undefined)) {
      throw new OperatorError("Give one id, or --terms FILE.");
    }
    const chain = await connect(values);
    const channel = id === undefined ? await byTerms(chain, values.terms ?? "") : await byId(chain, id);
    if (channel === undefined) throw new OperatorError("There is no such channel.");
    const { terms, deposit, settled, status, closesAt } = channel;
    const owed = {
      sender: await chain.manager.owed(terms.token, terms.sender),
      receiver: await chain.manager.owed(terms.token, terms.receiver),
    };
    if (values.json === true) return printJson({ ...channel, owed });
    const money = await moneyOf(chain, terms.token);
    console.log(`Channel ${channel.id}: ${status}`);
    for (const [name, value] of Object.entries(terms)) console.log(`  ${name.padEnd(16)} ${value}`);
    console.log(`  ${"deposit".padEnd(16)} ${money(deposit)}`);
    console.log(`  ${"settled".padEnd(16)} ${money(settled)}`);
    if (closesAt !== 0) console.log(`  ${"closes at".padEnd(16)} ${new Date(closesAt * 1000).toISOString()}`);
    for (const [side, amount] of Object.entries(owed)) {
      if (amount > 0n) console.log(`  ${`owed to ${side}`.padEnd(16)} ${money(amount)}: anyone can collect it`);
    }
  },
});
