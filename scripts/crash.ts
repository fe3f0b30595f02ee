/**
 * `npm run test:crash`: kills receivers at random moments under load, also between the commit of a payment and its
 * answer, starts them again, and audits the books each time. On SQLite one receiver, on PostgreSQL two that share it.
 *
 *   --kills N   kills on each store; 200 unless given
 *   --quick     20 kills on each store
 *   --store S   sqlite or postgres alone
 *
 * Exit 0 only if no proof was lost, nothing was served twice and all books balance.
 */
import { openStore } from "@rmps/receiver";
import { addressOf, channelId, ZERO_ADDRESS, type Hex, type Terms } from "@rmps/proofs";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { audit, type Findings } from "./crash/books.ts";
import { Customer } from "./crash/customer.ts";
import { Fleet } from "./crash/fleet.ts";
import { startPostgres } from "../off-chain/receiver/test/store/postgres.ts";

const { values } = parseArgs({
  options: { kills: { type: "string" }, quick: { type: "boolean" }, store: { type: "string" } },
});
const KILLS = Number(values.kills ?? (values.quick === true ? 20 : 200));

const CHANNELS = 4;
/** Requests of each customer at once. */
const PARALLEL = 4;
const PRICE = 3n;
/** Longest that a receiver lives, in milliseconds. */
const LONGEST_LIFE = 500;

const contract: Hex = `0x${"c0".repeat(20)}`;
const token: Hex = `0x${"70".repeat(20)}`;
const receiver: Hex = `0x${"01".repeat(20)}`;
const key: Hex = `0x${"02".padStart(64, "0")}`;
const sender = addressOf(key);

/** Opens the customers' channels in a new store, as if the chain had been read. */
async function openChannels(where: string): Promise<Customer[]> {
  const hash: Hex = `0x${"b1".repeat(32)}`;
  const binding = { chainId: 31337n, deploymentBlockHash: hash, contract, receiver };
  const store = await openStore(where, { binding, firstBlock: 1 });
  const customers: Customer[] = [];
  for (let i = 0; i < CHANNELS; i++) {
    const terms: Terms = {
      sender,
      senderSigner: ZERO_ADDRESS,
      receiver,
      receiverSigner: ZERO_ADDRESS,
      token,
      challengePeriod: 3600,
      salt: `0x${String(i).padStart(64, "0")}`,
    };
    const id = channelId(terms, { chainId: 31337n, contract });
    customers.push(new Customer({ channelId: id, contract, key, price: PRICE }));
    const opened = { kind: "opened", channelId: id, terms, deposit: 10n ** 30n } as const;
    await store.chain.foresee([{ ...opened, block: 2, logIndex: i, transaction: hash }]);
  }
  const now = Date.now();
  await store.chain.observe({ number: 10, hash, confirmed: 10, movedAt: now, readAt: now });
  await store.close();
  return customers;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills on each store between two lines that say how far it is. */
const TELL_EVERY = 25;

/** Audits at a node that is there: a request that nobody waits for any more may kill one at any moment. */
async function auditAlive(fleet: Fleet, served: string, customers: readonly Customer[]): Promise<Findings> {
  for (let attempt = 1; ; attempt++) {
    await fleet.start();
    const node = fleet.nodes.find((each) => each !== undefined);
    try {
      if (node !== undefined) return await audit(node.url, served, customers, sender);
    } catch (error) {
      if (attempt === 3 || fleet.nodes.includes(node)) throw error;
    }
  }
}

async function torment(
  name: string,
  where: string,
  size: number,
  served: string,
): Promise<Findings & { kills: number }> {
  const customers = await openChannels(where);
  writeFileSync(served, "");
  const settings = { store: where, served, contract, receiver, token, price: String(PRICE) };
  const fleet = new Fleet({ ...settings, killOneIn: 400, failOneIn: 20 }, size);
  let told = 0;
  const worst: Findings = { lost: 0, doubles: 0, unbalanced: 0 };
  try {
    while (fleet.kills < KILLS) {
      await fleet.start();
      const shopping = customers.flatMap((customer) => Array.from({ length: PARALLEL }, () => customer.shop(fleet)));
      await sleep(Math.random() * LONGEST_LIFE);
      await fleet.kill(Math.floor(Math.random() * size));
      await Promise.all(shopping);
      const found = await auditAlive(fleet, served, customers);
      if (fleet.kills >= told + TELL_EVERY) console.log(`  ${(told = fleet.kills)} kills`);
      for (const what of ["lost", "doubles", "unbalanced"] as const) worst[what] = Math.max(worst[what], found[what]);
    }
    const requests = customers.reduce((sum, customer) => sum + customer.requests, 0);
    const bought = customers.reduce((sum, customer) => sum + customer.served.size, 0);
    const unknown = customers.reduce((sum, customer) => sum + customer.unknown.size, 0);
    const { kills } = fleet;
    console.log(`${name}: ${kills} kills, ${requests} requests, ${bought} served, ${unknown} of unknown outcome`);
    return { ...worst, kills };
  } finally {
    await fleet.stop();
  }
}

const directory = mkdtempSync(join(tmpdir(), "rmps-crash-"));
const postgres = await startPostgres();
try {
  const place = await postgres.place();
  const results: Awaited<ReturnType<typeof torment>>[] = [];
  if (values.store !== "postgres") {
    const file = join(directory, "store.sqlite");
    results.push(await torment("SQLite, one receiver", file, 1, join(directory, "sqlite.served")));
  }
  if (values.store !== "sqlite") {
    results.push(await torment("PostgreSQL, two receivers", postgres.url, 2, join(directory, "postgres.served")));
  }
  await place.remove();
  const sum = (what: keyof (typeof results)[number]) => results.reduce((total, result) => total + result[what], 0);
  const failed = sum("lost") + sum("doubles") + sum("unbalanced") > 0;
  console.log(
    `${sum("kills")} kills survived, ${sum("lost")} proofs lost, ${sum("doubles")} double services, ` +
      `${sum("unbalanced")} books that do not balance`,
  );
  process.exitCode = failed ? 1 : 0;
} finally {
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}
