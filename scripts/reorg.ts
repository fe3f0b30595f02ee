/**
 * `npm run test:reorg`: a receiver on an embedded chain that is re-organized again and again, at random depths, while
 * channels are opened, topped up, paid on, closed honestly and not, and finalized. After each re-organization the
 * facts in its store are compared with the contract's own state, and its books with what was paid.
 *
 *   --rounds N   re-organizations; 200 unless given
 *   --quick      25
 *   --seed N     of the dice; printed, so that a failure can be played again
 *
 * Exit 0 only if nothing ever differed.
 */
import { parseArgs } from "node:util";

import { GAS_PAYER, TestChain, type TestChannel } from "../off-chain/receiver/test/support/chain.ts";
import { pay, start, Stores } from "../off-chain/receiver/test/support/receiver.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string" }, quick: { type: "boolean" }, seed: { type: "string" } },
});
const ROUNDS = Number(values.rounds ?? (values.quick === true ? 25 : 200));
const SEED = Number(values.seed ?? Date.now() % 1_000_000);

/** Steps between two re-organizations at most. */
const STEPS = 8;

/** Snapshots that are kept to go back to: the depth of re-organizations, in steps. */
const DEPTH = 6;

/** A small generator of numbers (mulberry32), so that a seed plays the same game again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const roll = dice(SEED);
const chain = await TestChain.start();
const stores = new Stores();
const receiver = await start(chain, stores.path(), { pollMs: 3_600_000 });
const { watcher, settler } = receiver.engine;

/** What the receiver promised to remember of each channel, whatever becomes of the chain. */
const books = new Map<TestChannel, { accepted: bigint; spent: bigint }>();
const snapshots: string[] = [];
let [reorgs, compared, payments] = [0, 0, 0];
const differences: string[] = [];

async function open(): Promise<void> {
  const channel = await chain.open(2 + roll(5), BigInt(100 + roll(900)));
  books.set(channel, { accepted: 0n, spent: 0n });
}

function any(): TestChannel | undefined {
  return [...books.keys()][roll(Math.max(1, books.size))];
}

async function step(): Promise<void> {
  const channel = any();
  const kind = roll(14);
  if (channel === undefined || kind === 0) return open();
  const book = books.get(channel)!;
  const { closesAt, deposit } = await chain.stateOf(channel.id);
  if (kind === 1 && closesAt === 0n) return chain.deposit(channel.terms, BigInt(1 + roll(100)));
  if (kind === 2 && closesAt === 0n && deposit > 0n) return chain.requestClose(channel, BigInt(roll(200)));
  if (kind === 3 && closesAt > 0n && closesAt < 2n ** 32n - 1n) {
    await chain.pass(3601);
    return chain.finalize(channel);
  }
  if (kind === 4) return chain.mine(1 + roll(4));
  await watcher.round();
  const price = BigInt(1 + roll(10));
  const balance = (book.accepted > book.spent ? book.accepted : book.spent) + price;
  const verdict = await pay(receiver, channel, balance, price);
  if (verdict.kind !== "paid") return;
  payments++;
  book.accepted = verdict.accepted;
  book.spent = verdict.spent;
}

/** The steps since a random snapshot never happened; another branch, at least as long most of the time, did. */
async function reorganize(): Promise<void> {
  const to = roll(snapshots.length);
  const height = await chain.blockNumber();
  await chain.revert(snapshots[to]!);
  snapshots.splice(to);
  const missing = height - (await chain.blockNumber());
  const more = roll(4) === 0 ? 0 : missing + roll(3);
  if (more > 0) await chain.mine(more);
  reorgs++;
}

async function compare(): Promise<void> {
  // The settler answers in its own time: what it sends meanwhile is read first.
  do {
    await watcher.round();
    await settler!.round();
  } while ((await chain.blockNumber()) !== watcher.head()?.number);
  for (const [channel, book] of books) {
    const [stored, state] = [await receiver.store.channel(channel.id), await chain.stateOf(channel.id)];
    compared++;
    const facts = { deposit: stored?.deposit ?? 0n, settled: stored?.settled ?? 0n, closesAt: stored?.closesAt ?? 0 };
    const real = { deposit: state.deposit, settled: state.settled, closesAt: Number(state.closesAt) };
    for (const name of ["deposit", "settled", "closesAt"] as const) {
      if (facts[name] !== real[name]) {
        differences.push(`round ${reorgs}: ${name} of ${channel.id} is ${facts[name]}, on chain ${real[name]}`);
      }
    }
    if ((stored?.spent ?? 0n) < book.spent || (stored?.accepted ?? 0n) < book.accepted) {
      differences.push(`round ${reorgs}: the books of ${channel.id} forgot something`);
    }
  }
}

while (reorgs < ROUNDS && differences.length === 0) {
  for (let count = 1 + roll(STEPS); count > 0; count--) {
    snapshots.push(await chain.snapshot());
    if (snapshots.length > DEPTH) snapshots.shift();
    await step();
    if (roll(4) === 0) await settler!.round();
  }
  await compare();
  await reorganize();
  await compare();
}

// In the end every cheat has to be answered: nothing that was spent on a closing channel is left unsettled.
for (let round = 0; round < 5; round++) {
  await watcher.round();
  await settler!.round();
  await chain.mine();
}
await watcher.round();
for (const { id, spent, settled, deposit } of await receiver.store.channels({ status: "closing", unsettled: true })) {
  if (settled < spent && settled < deposit)
    differences.push(`${id} was closed below what was spent: ${settled} of ${spent}`);
}
const disputes = await chain.sent(GAS_PAYER);
await receiver.close();
await chain.stop();
stores.remove();

for (const difference of differences) console.error(difference);
console.log(
  `seed ${SEED}: ${reorgs} re-organizations, ${books.size} channels, ${payments} payments, ${disputes} disputes stand, ` +
    `${compared} comparisons with the chain: ${differences.length} differences`,
);
process.exit(differences.length === 0 ? 0 : 1);
