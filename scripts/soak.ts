/**
 * `npm run soak -- --minutes N`: paid requests from several channels, top-ups, closes and garbage against a receiver in
 * a process of its own. Prints its memory as it goes; the last line states the figure. Fails where memory grows without
 * bound, or where any answer was not the one that was due.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { parseEther } from "ethers";

import { eventually } from "../off-chain/receiver/test/support/eventually.ts";
import { exchange, objection, parseAnswers } from "./fuzz/answers.ts";
import { makeRequest } from "./fuzz/http.ts";
import { startLocalChain, type LocalChain } from "./lib/local-chain.ts";
import { openChannel } from "./lib/paying.ts";
import { Random } from "./lib/random.ts";
import { startShopProcess, type ShopProcess } from "./lib/shop-process.ts";
import { Customer } from "./soak/customer.ts";
import { growing, megabytes, type Sample } from "./soak/memory.ts";
import { Tally } from "./soak/tally.ts";

/** Hardhat's accounts #2 to #7 buy. */
const CUSTOMERS = [2, 3, 4, 5, 6, 7];

/** Milliseconds between two pieces of garbage. */
const GARBAGE_EVERY = 20;

/** Milliseconds between two looks at the memory, and looks at least, whatever the time. */
const LOOK_EVERY = 60_000;
const LOOKS = 20;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "1" } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes is a number above 0, not ${values.minutes}.`);

const tally = new Tally();
let started = 0;
const isOver = () => Date.now() - started > minutes * 60_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function throwGarbage(chain: LocalChain, shop: ShopProcess): Promise<void> {
  const channel = await openChannel(chain, 8, { salt: `0x${"5a".repeat(32)}`, deposit: parseEther("1") });
  const material = { channel, price: parseEther("0.01"), payments: [{ "RDN-Channel-Id": channel.id }] };
  for (let index = 0; !isOver(); index++) {
    const request = makeRequest(Random.of(1, index), material);
    const text = await exchange(shop.url, request);
    const answers = text === undefined ? undefined : parseAnswers(text);
    tally.garbage++;
    if (answers === undefined) tally.unexpected(`answer to ${JSON.stringify(request.slice(0, 300))}`);
    for (const answer of answers ?? []) {
      const wrong = objection(answer);
      if (wrong !== undefined) tally.unexpected(`${wrong} to ${JSON.stringify(request.slice(0, 300))}`);
    }
    await sleep(GARBAGE_EVERY);
  }
}

async function watchMemory(shop: ShopProcess): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (;;) {
    const { heapUsed, heapTotal, rss, external } = (await shop.state()).memory;
    const at = Math.round((Date.now() - started) / 1000);
    samples.push({ at, heapUsed, rss });
    // What V8 holds for the heap, and does not give back while there is load, is most of what rss shows above the heap.
    const columns = { heap: heapUsed, held: heapTotal, external, rss };
    const text = Object.entries(columns).map(([name, bytes]) => `${name} ${megabytes(bytes)}`);
    console.log(`${String(at).padStart(6)} s  ${text.join("  ")}  ${tally.requests} requests`);
    if (isOver()) return samples;
    await sleep(Math.min(LOOK_EVERY, (minutes * 60_000) / LOOKS));
  }
}

const directory = mkdtempSync(join(tmpdir(), "rmps-soak-"));
const chain = await startLocalChain(0);
const shop = await startShopProcess(chain, { store: join(directory, "receiver.sqlite"), port: 0 });
let samples: Sample[] = [];
started = Date.now();
try {
  const buying = CUSTOMERS.map((index) => new Customer(chain, shop.url, index, tally).shop(isOver));
  [samples] = await Promise.all([watchMemory(shop), ...buying, throwGarbage(chain, shop)]);
  // The books are summed up every few seconds only.
  const spent = async () => (await shop.state()).books.spent;
  await eventually(async () => (await spent()) >= tally.revenue).catch(() => undefined);
  // The garbage may have paid too: what was changed in it need not have mattered.
  const booked = await spent();
  if (booked < tally.revenue) tally.unexpected(`the books say ${booked}, the customers ${tally.revenue}`);
  if (shop.complaints() !== "") tally.unexpected(`the receiver complained:\n${shop.complaints()}`);
} catch (error) {
  tally.unexpected(String(error));
} finally {
  if ((await shop.stop()) !== 0) tally.unexpected(`the receiver did not stop cleanly:\n${shop.complaints()}`);
  await chain.close();
  rmSync(directory, { recursive: true });
}

const growth = growing(samples);
if (growth.length > 0) console.error(`Grows without bound: ${growth.join(", ")}`);
console.log(
  `${tally.opened} channels opened, ${tally.toppedUp} topped up, ${tally.closed} closed; ` +
    `${tally.garbage} pieces of garbage; ${tally.busy} times asked to come again`,
);
const first = samples[0];
const last = samples.at(-1);
const memory = [first, last].map(
  (sample) => `heap ${megabytes(sample?.heapUsed ?? 0)}, rss ${megabytes(sample?.rss ?? 0)}`,
);
console.log(
  `${tally.requests} requests (${tally.paid} paid) in ${minutes} minutes, ${tally.surprises} unexpected; ` +
    `memory at start ${memory[0]}, at end ${memory[1]}`,
);
process.exit(tally.surprises === 0 && growth.length === 0 ? 0 : 1);
