/**
 * `npm run test:fuzz`: malformed input for every parser, and malformed requests for a real receiver on an embedded
 * chain. `--runs N` requests (30,000 unless given) and five times as many inputs for parsers; `--quick`: 2,000;
 * `--seed S` repeats a run, and with `--case N` one of its requests alone. The last line states the figure.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { parseAddress } from "@rmps/proofs";
import { readChallenge, writePayment } from "@rmps/wire";
import { keccak256, parseEther, toUtf8Bytes } from "ethers";

import { authorize } from "../off-chain/sender/src/channel/sponsor/authorization.ts";
import { eventually } from "../off-chain/receiver/test/support/eventually.ts";
import { exchange, objection, parseAnswers } from "./fuzz/answers.ts";
import { makeRequest, type Material } from "./fuzz/http.ts";
import { PARSERS, tryParser } from "./fuzz/parsers.ts";
import { Report } from "./fuzz/report.ts";
import { startLocalChain, type LocalChain } from "./lib/local-chain.ts";
import { openChannel, paymentHeaders, type PaidChannel } from "./lib/paying.ts";
import { Random } from "./lib/random.ts";
import { startShopProcess, type ShopProcess } from "./lib/shop-process.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    seed: { type: "string" },
    case: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});

/** A whole number from an option. */
function numberFrom(name: "runs" | "seed" | "case", usual: number): number {
  const text = values[name];
  if (text === undefined) return usual;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number, not ${text}.`);
  return Number(text);
}

const runs = numberFrom("runs", values.quick ? 2_000 : 30_000);
const seed = numberFrom("seed", Date.now() % 1_000_000);
const only = values.case === undefined ? undefined : numberFrom("case", 0);

/** Requests under way at once. */
const LANES = 32;

/** Bytes by which the receiver's heap may be larger at the end than after a tenth of the requests. */
const GROWTH = 24 * 1024 * 1024;

const PRICE = parseEther("0.01");
const report = new Report();
const statuses = new Map<number, number>();
let silent = 0;

/** Payments that would be served as they are, in all dialects. */
async function materialFor(chain: LocalChain, shop: ShopProcess): Promise<Material> {
  const salt = keccak256(toUtf8Bytes(`fuzz ${seed}`)) as `0x${string}`;
  const channel = await openChannel(chain, 2, { salt, deposit: parseEther("10") });
  const offer = await fetch(`${shop.url}/kitten.jpg`);
  const payments = (["rdn", "payment", "x402"] as const).map((dialect) => {
    const reading = readChallenge(offer.headers, [dialect]);
    if (reading.kind !== "challenge") throw new Error(`no offer in ${dialect}`);
    const balance = PRICE;
    const signature = channel.proof(balance);
    return writePayment({ channelId: channel.id, balance, signature, maxPrice: PRICE }, reading.challenge.echo);
  });
  return { channel, price: PRICE, payments, sponsored: [await sponsoredTopUp(chain, channel)] };
}

/** A request that the shop would grant as it is: a top-up, authorized by the channel's sender. */
async function sponsoredTopUp(chain: LocalChain, { terms, id }: PaidChannel): Promise<unknown> {
  const amount = parseEther("1");
  const [chainId, contract] = [BigInt(chain.chainId), parseAddress(chain.manager)];
  const deposit = { chain: { chainId, provider: chain.provider }, contract, terms, id, amount, held: 0n };
  const { sender, receiver, token, challengePeriod: challenge_period, salt } = terms;
  const { authorization } = await authorize("erc3009", deposit, chain.account(2));
  return {
    terms: { sender, receiver, token, challenge_period, salt },
    amount: String(amount),
    authorization,
  };
}

async function tryRequest(index: number, shop: ShopProcess, material: Material): Promise<void> {
  const request = makeRequest(Random.of(seed, index), material);
  report.tried++;
  const text = await exchange(shop.url, request);
  const answers = text === undefined ? undefined : parseAnswers(text);
  if (answers === undefined) return report.fail(`request ${index}: no well-formed answer`, { request, text });
  if (answers.length === 0) silent++;
  for (const answer of answers) {
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const wrong = objection(answer);
    if (wrong !== undefined) report.fail(`request ${index}: ${wrong}`, { request, text: text?.slice(0, 2_000) });
  }
  if (only !== undefined) console.log(request, "\n---\n", text);
}

async function tryRequests(from: number, to: number, shop: ShopProcess, material: Material): Promise<void> {
  let next = from;
  const lane = async () => {
    while (next < to && shop.alive()) await tryRequest(next++, shop, material);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

async function fuzzHttp(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "rmps-fuzz-"));
  const chain = await startLocalChain(0);
  const options = { store: join(directory, "receiver.sqlite"), port: 0, apiToken: "operators-token-for-fuzzing" };
  const shop = await startShopProcess(chain, options);
  try {
    const material = await materialFor(chain, shop);
    if (only !== undefined) {
      await tryRequest(only, shop, material);
      return "one request";
    }
    const warm = Math.ceil(runs / 10);
    await tryRequests(0, warm, shop, material);
    const before = await shop.state();
    await tryRequests(warm, runs, shop, material);
    if (!shop.alive()) report.fail("the receiver ended", shop.complaints());
    const after = await shop.state();
    const { heapUsed } = after.memory;
    const growth = heapUsed - before.memory.heapUsed;
    if (growth > GROWTH) report.fail("memory grows", { before: before.memory, after: after.memory });
    if (shop.complaints() !== "") report.fail("the receiver logged errors", shop.complaints());
    await stillSells(shop, chain);
    return `heap ${megabytes(before.memory.heapUsed)} after ${warm}, ${megabytes(heapUsed)} after ${runs} requests`;
  } finally {
    const code = await shop.stop();
    if (code !== 0) report.fail("the receiver did not stop cleanly", { code, complaints: shop.complaints() });
    await chain.close();
    rmSync(directory, { recursive: true });
  }
}

/**
 * After all that, a payment is a payment, and all that was charged was proven. On a channel of its own: what was used of
 * the other one, nobody knows.
 */
async function stillSells(shop: ShopProcess, chain: LocalChain): Promise<void> {
  const channel = await openChannel(chain, 3, { salt: `0x${"5e".repeat(32)}`, deposit: PRICE });
  let last = "";
  const buy = async () => {
    const answer = await fetch(`${shop.url}/kitten.jpg`, { headers: paymentHeaders(channel, PRICE) });
    last = `${answer.status} ${answer.status === 200 ? "" : await answer.text()}`;
    return answer.status === 200;
  };
  // It may have looked for so many channels that do not exist that it sees this one with the next block it reads.
  await eventually(buy).catch(() => report.fail("a good payment afterwards", last));
  const { spent, accepted: proven } = (await shop.state()).books;
  if (spent > proven) report.fail("more is charged than proven", { spent, proven });
}

console.log(`Seed ${seed}: the same run again with --seed ${seed}`);
if (only === undefined) {
  const inputs = runs * 5;
  for (let index = 0; index < inputs; index++) tryParser(Random.of(seed, index), index, report);
  console.log(`${inputs} inputs for ${PARSERS.length} parsers: ${PARSERS.join(", ")}`);
}
const memory = await fuzzHttp();
const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`);
console.log(
  `${only === undefined ? runs : 1} requests over HTTP: ${counts.join(", ")}, cut off without an answer × ${silent}`,
);
console.log(`Memory of the receiver: ${memory}`);
console.log(`${report.tried} inputs tried, ${report.failed} failures`);
process.exit(report.failed === 0 ? 0 : 1);
