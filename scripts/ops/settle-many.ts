import type { Address, Terms } from "@rmps/proofs";
import type { Bundle } from "@rmps/wire";
import { connect, sender } from "./lib/chain.ts";
import { readBundles } from "./lib/bundles.ts";
import { OperatorError, main } from "./lib/command.ts";
import { confirm, moneyOf } from "./lib/print.ts";

/** Rows of one transaction: well below any chain's gas limit. */
const BATCH = 100;

/** What the rows of one batch have in common. */
const shared = ({ receiver, receiverSigner, token, challengePeriod }: Terms) =>
  [receiver, receiverSigner, token, challengePeriod] as const;

function batches(bundles: readonly Bundle[]): Bundle[][] {
  const groups = new Map<string, Bundle[]>();
  for (const bundle of bundles) {
    const name = shared(bundle.terms).join();
    groups.set(name, [...(groups.get(name) ?? []), bundle]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / BATCH) }, (_, i) => group.slice(i * BATCH, (i + 1) * BATCH)),
  );
}

await main({
  help: `Settles many channels at once with the proofs of a file (see export.ts). Anyone may: only receivers are paid.

  npx node scripts/ops/settle-many.ts FILE`,
  options: {},
  async run({ values, words: [file, ...more] }) {
    if (file === undefined || more.length > 0) throw new OperatorError("Name one file of bundles.");
    const chain = await connect(values);
    const worth: Bundle[] = [];
    const gains = new Map<Address, bigint>();
    const all = readBundles(file, chain);
    for (const bundle of all) {
      const { deposit, settled, closesAt } = await chain.manager.stateOf(bundle.id);
      const total = bundle.amount < deposit ? bundle.amount : deposit;
      if (closesAt === 2n ** 32n - 1n || total <= settled) continue;
      worth.push(bundle);
      const { token } = bundle.terms;
      gains.set(token, (gains.get(token) ?? 0n) + total - settled);
    }
    if (worth.length === 0) {
      console.log(`None of ${all.length} channels has anything to settle.`);
      return;
    }
    const sums = await Promise.all([...gains].map(async ([token, gain]) => (await moneyOf(chain, token))(gain)));
    console.log(`${worth.length} of ${all.length} channels, ${sums.join(" and ")} for their receivers`);
    const dryRun = values["dry-run"] === true;
    const manager = dryRun ? chain.manager : chain.manager.connect(await sender(chain, values));
    for (const batch of batches(worth)) {
      const claims = batch.map(({ terms, amount, balance, proof }) => {
        const { sender: from, senderSigner, salt } = terms;
        return { sender: from, senderSigner, salt, amount, balance, proof };
      });
      const args = [...shared(batch[0]!.terms), claims] as const;
      const gas = await manager.settleMany.estimateGas(...args);
      const what = `settleMany of ${batch.length}`;
      if (dryRun) console.log(`${what}: would cost about ${gas} gas`);
      else await confirm(what, manager.settleMany(...args));
    }
  },
});
