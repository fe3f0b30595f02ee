/**
 * `npm run demo`: the whole story on an embedded chain with real servers, clients and signatures. Each step prints what
 * moved and what it cost; the exit code is 0 only if every step ended as promised.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ChannelManager__factory, MicroToken__factory } from "@rmps/contracts";
import type { RunningReceiver } from "@rmps/receiver";
import { createPayingFetch, spentOf, type DepositPath, type PayingFetch } from "@rmps/sender";
import { formatEther, type HDNodeWallet } from "ethers";

import { startLocalChain } from "./lib/local-chain.ts";
import { openShop, SHOP_CHALLENGE_PERIOD, SHOP_ROUTES } from "./lib/shop.ts";

/** How long the receiver may take to answer a cheat: far longer than it does, also on a machine that does much else. */
const DISPUTE_SECONDS = 60;

const home = mkdtempSync(join(tmpdir(), "rmps-demo-"));
const chain = await startLocalChain(0);
let shop: RunningReceiver = await open();

const manager = ChannelManager__factory.connect(chain.manager, chain.provider);
const token = MicroToken__factory.connect(chain.token, chain.provider);
const receiver = chain.account(1).address;
const mic = (amount: bigint) => `${formatEther(amount)} MIC`;

let scanned = await chain.provider.getBlockNumber();
let failures = 0;

function open(): Promise<RunningReceiver> {
  return openShop(chain, { store: join(home, "receiver.sqlite"), port: 0, log: "error" });
}

function title(text: string): void {
  console.log(`\n${text}\n`);
}

function check(promise: string, kept: boolean): void {
  console.log(`  ${kept ? "✔" : "✘"} ${promise}`);
  if (!kept) failures += 1;
}

/** Prints the transactions since the last call, with their gas. */
async function showTransactions(): Promise<void> {
  const head = await chain.provider.getBlockNumber();
  while (scanned < head) {
    const block = await chain.provider.getBlock(++scanned, true);
    for (const { hash, from, to, data } of block?.prefetchedTransactions ?? []) {
      const contract = to?.toLowerCase() === chain.manager ? manager.interface : token.interface;
      const call = contract.parseTransaction({ data })?.name ?? "transfer";
      const gas = (await chain.provider.getTransactionReceipt(hash))?.gasUsed ?? 0n;
      const who = from === receiver ? "receiver" : "sender";
      console.log(`    ${call} by the ${who}: ${gas.toLocaleString("en")} gas`);
    }
  }
}

function client(account: HDNodeWallet, via: DepositPath = "auto"): PayingFetch {
  return createPayingFetch({
    wallet: account,
    via,
    onEvent(event) {
      if (event.kind === "opened") console.log(`  opened a channel with ${mic(event.amount)}`);
      if (event.kind === "topped-up") console.log(`  topped it up with ${mic(event.amount)}`);
      if (event.kind === "paid") console.log(`  paid ${mic(event.cost)} for ${new URL(event.url).pathname}`);
    },
  });
}

async function buyAll(fetch: PayingFetch): Promise<void> {
  for (const path of Object.keys(SHOP_ROUTES)) {
    const response = await fetch(shop.url + path);
    const bytes = (await response.arrayBuffer()).byteLength;
    check(`${path}: ${response.status}, ${bytes} bytes`, response.status === (path === "/teapot.jpg" ? 418 : 200));
  }
  await showTransactions();
}

const spentBy = async (fetch: PayingFetch) =>
  (await (await fetch.channels).list()).reduce((sum, channel) => sum + spentOf(channel), 0n);

async function closeTogether(account: HDNodeWallet, fetch: PayingFetch): Promise<void> {
  const before = await token.balanceOf(receiver);
  const spent = await spentBy(fetch);
  const [exit] = await fetch.close();
  await showTransactions();
  check("both agreed: one transaction, closed for good", exit?.kind === "closed" && exit.by === "agreement");
  check(`the receiver got ${mic(spent)}`, (await token.balanceOf(receiver)) - before === spent);
  check("the sender got back all the rest", (await token.balanceOf(account.address)) === 1_000n * 10n ** 18n - spent);
}

async function waitForChallengePeriod(): Promise<void> {
  console.log(`  ${SHOP_CHALLENGE_PERIOD} seconds pass`);
  await chain.provider.send("evm_increaseTime", [SHOP_CHALLENGE_PERIOD]);
  await chain.provider.send("evm_mine", []);
  scanned += 1;
}

title("1. A channel by ERC-20 approval and deposit; four purchases; both close together.");
const first = client(chain.account(2), "erc20");
await buyAll(first);
await closeTogether(chain.account(2), first);

title("2. The same by one ERC-223 transfer: no approval.");
const second = client(chain.account(3), "erc223");
await buyAll(second);
await closeTogether(chain.account(3), second);

title("3. A sender that cheats: it buys, and then asks to close as if it had spent nothing.");
const cheat = chain.account(4);
const third = client(cheat);
await buyAll(third);
{
  const channels = await third.channels;
  const [channel] = await channels.list();
  if (channel === undefined) throw new Error("the sender lost its channel");
  const spent = spentOf(channel);
  const before = await token.balanceOf(receiver);
  await (await manager.connect(cheat).requestClose(channel.terms, 0n, 0n, "0x")).wait();
  const deadline = Date.now() + DISPUTE_SECONDS * 1000;
  while ((await manager.stateOf(channel.id)).settled < spent && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await showTransactions();
  check(`the receiver disputed by itself and got ${mic(spent)}`, (await token.balanceOf(receiver)) - before === spent);
  await waitForChallengePeriod();
  const exit = await channels.finalize(channel);
  await showTransactions();
  check(`the cheat got back ${mic(channel.deposit - spent)}, and no more`, exit?.kind === "closed");
  check("its whole loss is what it bought", (await token.balanceOf(cheat.address)) === 1_000n * 10n ** 18n - spent);
}

title("4. A receiver that vanishes: the sender gets out alone.");
const left = chain.account(5);
const fourth = client(left);
await buyAll(fourth);
await shop.close();
console.log("  the receiver is gone");
{
  const spent = await spentBy(fourth);
  const before = await token.balanceOf(receiver);
  const [exit] = await fourth.close();
  await showTransactions();
  check("nobody agreed: the challenge period runs", exit?.kind === "closing");
  check(`the receiver has been paid the ${mic(spent)} conceded`, (await token.balanceOf(receiver)) - before === spent);
  check("before its end there is nothing to finalize", (await fourth.finalize()).length === 0);
  await waitForChallengePeriod();
  const [end] = await fourth.finalize();
  await showTransactions();
  check("then it is closed", end?.kind === "closed");
  check("and all the rest is back", (await token.balanceOf(left.address)) === 1_000n * 10n ** 18n - spent);
}

title("5. The receiver comes back: its books are as they were.");
shop = await open();
const totals = await shop.store.totals();
check(`four channels, all closed, ${mic(totals.spent)} earned`, totals.closed === 4 && totals.spent === totals.settled);
check("and that is what it has", (await token.balanceOf(receiver)) === totals.spent);

await shop.close();
await chain.close();
rmSync(home, { recursive: true });
console.log(failures === 0 ? "\nEvery step ended as promised." : `\n${failures} promises were broken.`);
process.exit(failures === 0 ? 0 : 1);
