import { readFileSync } from "node:fs";
import { parseAmount, parseHash, receiverSide, senderSide } from "@rmps/proofs";
import { connect, sender } from "./lib/chain.ts";
import { readBundles } from "./lib/bundles.ts";
import { findChannels, type Channel } from "./lib/channels.ts";
import { OperatorError, main } from "./lib/command.ts";
import { confirm, moneyOf } from "./lib/print.ts";

function parsed<T>(what: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch {
    throw new OperatorError(`${what}: ${text} is malformed.`);
  }
}

interface Agreement {
  amount: bigint;
  deadline: bigint;
  signature: string;
}

/** What a receiver's `DELETE /channels/{sender}/{id}` answered. */
function readAgreement(path: string): Agreement {
  let source: Record<string, string>;
  try {
    source = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  } catch {
    throw new OperatorError(`${path} cannot be read as JSON.`);
  }
  const { amount = "", deadline = "", close_signature: signature = "" } = source;
  return {
    amount: parsed("amount", amount, parseAmount),
    deadline: parsed("deadline", deadline, parseAmount),
    signature,
  };
}

type Side = "sender" | "receiver" | "nobody";

function sideOf({ terms }: Channel, address: string): Side {
  const self = address.toLowerCase();
  if (self === terms.receiver || self === receiverSide(terms)) return "receiver";
  return self === terms.sender || self === senderSide(terms) ? "sender" : "nobody";
}

await main({
  help: `Closes a channel, as its receiver or as its sender.

  npx node scripts/ops/close.ts ID --bundle FILE            as the receiver: at the bundle's amount
  npx node scripts/ops/close.ts ID --at-settled             as the receiver: at what is settled, giving up all above it
  npx node scripts/ops/close.ts ID --agreement FILE         as the sender: at once, with the receiver's agreement
  npx node scripts/ops/close.ts ID --concede AMOUNT         as the sender: start the challenge period, conceding a total
                                                        (in the token's smallest unit)`,
  options: {
    bundle: { type: "string" },
    "at-settled": { type: "boolean" },
    agreement: { type: "string" },
    concede: { type: "string" },
  },
  async run({ values, words: [text, ...more] }) {
    if (text === undefined || more.length > 0) throw new OperatorError("Name one channel.");
    const chain = await connect(values);
    const [channel] = await findChannels(chain, { id: parsed("id", text, parseHash) });
    if (channel === undefined) throw new OperatorError("There is no such channel.");
    const signer = await sender(chain, values);
    const side = sideOf(channel, await signer.getAddress());
    const manager = chain.manager.connect(signer);
    const money = await moneyOf(chain, channel.terms.token);
    const dryRun = values["dry-run"] === true;
    const { terms, settled } = channel;

    if (values.concede !== undefined) {
      if (side !== "sender") throw new OperatorError("Only the sender side concedes.");
      const total = parsed("--concede", values.concede, parseAmount);
      const gas = await manager.requestClose.estimateGas(terms, total, 0n, "0x");
      if (dryRun) console.log(`requestClose at ${money(total)}: would cost about ${gas} gas`);
      else await confirm(`requestClose at ${money(total)}`, manager.requestClose(terms, total, 0n, "0x"));
      return;
    }
    if (side === "nobody") throw new OperatorError("This key is neither the sender's nor the receiver's.");
    if (side === "sender" && values.agreement === undefined) {
      throw new OperatorError("As the sender, give --agreement FILE, or --concede AMOUNT.");
    }
    if (side === "receiver" && (values.bundle === undefined) === (values["at-settled"] === undefined)) {
      throw new OperatorError("As the receiver, give --bundle FILE, or --at-settled to give up what is not settled.");
    }
    const agreed = side === "sender" ? readAgreement(values.agreement ?? "") : undefined;
    const bundle = values.bundle === undefined ? undefined : readBundles(values.bundle, chain)[0];
    if (bundle !== undefined && bundle.id !== channel.id) throw new OperatorError("The bundle is of another channel.");
    const amount = agreed?.amount ?? bundle?.amount ?? settled;
    const proof = [bundle?.balance ?? 0n, bundle?.proof ?? "0x"] as const;
    const args = [terms, amount, ...proof, agreed?.deadline ?? 0n, agreed?.signature ?? "0x"] as const;
    const gas = await manager.close.estimateGas(...args);
    if (dryRun) console.log(`close at ${money(amount)}: would cost about ${gas} gas`);
    else await confirm(`close at ${money(amount)}`, manager.close(...args));
  },
});
