import { channelId, signBalanceProof, ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import { writeBundle, type Bundle } from "@rmps/wire";
import { expect } from "chai";
import { toBeHex } from "ethers";
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ChannelRecord } from "../../src/index.ts";
import { parseBundles } from "../../src/cli/bundle.ts";
import { useCliWorld } from "../support/cli-world.ts";
import { BUSY, until, useManualNode } from "../support/node.ts";
import { PRICE } from "../support/seller.ts";

const CHILD = join(import.meta.dirname, "../support/cli-child.ts");

describe("rmps watch", () => {
  const world = useCliWorld();
  const node = useManualNode(() => world.chain);
  type Block = { transactions: { nonce: string; input: string }[] };
  const GAS_PAYER = ["--account", "6"];
  let folder: string;
  beforeEach(async () => {
    folder = join(world.home, "bundles");
    await mkdir(folder);
  });

  /** A channel on which 3 prices were signed for, and the bundle as a receiver exports it. */
  async function channel({ period = 3600, ...changes }: { period?: number; [field: string]: unknown } = {}) {
    const seller = await world.seller({ offer: { challengePeriod: period } });
    const { pay, channel: record } = world.sender();
    await pay(`${seller.url}/a`);
    const { terms, id, contract, chainId } = await record();
    const balance = 3n * PRICE;
    const proof = signBalanceProof({ chainId, contract, channelId: id, balance }, world.chain.key(2));
    const bundle = { ...writeBundle({ chainId, contract, id, terms, amount: balance, balance, proof }), ...changes };
    const file = join(folder, `${id}.json`);
    await writeFile(file, JSON.stringify(bundle));
    return { seller, record: await record(), file, bundle };
  }

  async function cheat({ terms }: ChannelRecord, amount: bigint) {
    const manager = world.chain.manager.connect(await world.chain.signer(2));
    await (await manager.requestClose(terms, amount, 0n, "0x")).wait();
  }

  /** Bundles of so many channels that account #3 is closing below what it signed for. */
  async function cheated(count: number): Promise<Bundle[]> {
    const manager = world.chain.manager.connect(await world.chain.signer(3));
    const token = world.chain.token.connect(await world.chain.signer(3));
    await (await token.approve(manager, 10n * BigInt(count) * PRICE)).wait();
    const bundles: Bundle[] = [];
    for (let number = 0; number < count; number++) {
      const salt = toBeHex(number + 1, 32) as Hex;
      const { tokenAddress: token } = world.chain;
      const parties = { sender: world.chain.address(3), receiver: world.chain.address(8), token };
      const terms = {
        ...parties,
        senderSigner: ZERO_ADDRESS,
        receiverSigner: ZERO_ADDRESS,
        challengePeriod: 3600,
        salt,
      };
      const at = { chainId: 31337n, contract: world.chain.contract };
      const id = channelId(terms, at);
      await (await manager.deposit(terms, PRICE)).wait();
      await (await manager.requestClose(terms, 0n, 0n, "0x")).wait();
      const proof = signBalanceProof({ ...at, channelId: id, balance: PRICE }, world.chain.key(3));
      bundles.push({ ...at, id, terms, amount: PRICE, balance: PRICE, proof });
    }
    return bundles;
  }

  async function writeBundleFile(bundle: Bundle): Promise<string> {
    const file = join(folder, `${bundle.id}.json`);
    await writeFile(file, JSON.stringify(writeBundle(bundle)));
    return file;
  }

  /** A bundle whose proof is good, of a contract that is none. */
  async function writeAstray({ terms }: ChannelRecord) {
    const manager = { chainId: 31337n, contract: `0x${"12".repeat(20)}` as const };
    const id = channelId(terms, manager);
    const proof = signBalanceProof({ ...manager, channelId: id, balance: PRICE }, world.chain.key(2));
    const bundle = writeBundle({ ...manager, id, terms, amount: PRICE, balance: PRICE, proof });
    const file = join(folder, "0-first.json");
    await writeFile(file, JSON.stringify(bundle));
    return file;
  }

  it("settles with the proof where a close concedes too little, and sends nothing otherwise", async () => {
    const [cheated, honest, open] = [await channel(), await channel(), await channel()];
    await cheat(cheated.record, PRICE);
    await cheat(honest.record, 3n * PRICE);
    const block = await world.chain.blockNumber();
    const run = await world.runWith({}, "watch", folder, "--once", ...GAS_PAYER);
    expect(run.code, run.stderr).to.equal(0);
    expect(world.json(run)).to.include({ channel: cheated.record.id, paid: (2n * PRICE).toString() });
    expect(await world.chain.blockNumber(), "one transaction").to.equal(block + 1);
    expect(await world.chain.balance(cheated.seller.offer.receiver)).to.equal(3n * PRICE);
    expect((await world.chain.manager.stateOf(open.record.id)).settled).to.equal(0n);
  });

  it("defends all that it can in one look, and fails where it cannot", async () => {
    const [astray, cheated] = [await channel(), await channel()];
    await cheat(cheated.record, PRICE);
    await writeAstray(astray.record);
    const run = await world.runWith({}, "watch", folder, "--once", ...GAS_PAYER);
    expect(run.code, "there is no such contract").to.equal(6);
    expect(world.json(run)).to.include({ channel: cheated.record.id, paid: (2n * PRICE).toString() });
  });

  it("refuses to watch over nothing, as if all were defended", async () => {
    for (const more of [["--once"], []]) {
      const run = await world.runWith({}, "watch", folder, ...more, ...GAS_PAYER);
      expect(run.code).to.equal(2);
      expect(run.stderr).to.contain(`there is no bundle in ${folder}`).and.to.contain("/proof");
    }
  });

  it("watches on until all channels are closed", async () => {
    const { record, file, seller } = await channel();
    const running = world.runWith({}, "watch", file, "--interval", "0.1", ...GAS_PAYER);
    await cheat(record, 0n);
    while ((await world.chain.balance(seller.offer.receiver)) !== 3n * PRICE) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await world.chain.pass(3600);
    const manager = world.chain.manager.connect(await world.chain.signer(2));
    await (await manager.finalize(record.terms)).wait();
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.contain("is closed at");
  });

  it("says what keeps it from defending one, and how to mend it, and goes on", async () => {
    const cheated = await channel();
    await cheat(cheated.record, PRICE);
    const astray = await writeAstray(cheated.record);
    const running = world.runWith({}, "watch", astray, cheated.file, "--interval", "0.1", ...GAS_PAYER);
    await until(async () => (await world.chain.balance(cheated.seller.offer.receiver)) === 3n * PRICE || undefined);
    for (const file of [astray, cheated.file]) await writeFile(file, "[]");
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.match(/no such contract; trying again\n +Check the address of the contract/);
  });

  it("raises the fee of what is not mined, says so, and is paid for once", async () => {
    const { record, file, seller } = await channel();
    await cheat(record, PRICE);
    const before = await node.provider.getTransactionCount(world.chain.address(6));
    await node.hold();
    const running = world.runWith({}, "watch", file, "--once", "--resend-after", "0.001", ...GAS_PAYER);
    await until(async () => (await node.waiting())[0]);
    await node.spike();
    await until(async () => (await node.waiting()).find(({ maxFeePerGas }) => maxFeePerGas > BUSY));
    await node.mine();
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.match(/settling: not mined in time; sent again at up to \d+\.\d+ gwei/);
    expect(world.json(run)).to.include({ channel: record.id, paid: (2n * PRICE).toString() });
    expect(await world.chain.balance(seller.offer.receiver)).to.equal(3n * PRICE);
    expect(await node.provider.getTransactionCount(world.chain.address(6))).to.equal(before + 1);
  });

  it("sends all that is due, though the fee limit keeps the first from being mined: none waits for another", async () => {
    const all = [await channel(), await channel(), await channel()];
    for (const { record } of all) await cheat(record, PRICE);
    const before = await node.provider.getTransactionCount(world.chain.address(6));
    await node.hold();
    await node.spike(); // nothing that may cost 4 gwei is mined
    const pool = async () => {
      const all = (await node.provider.send("eth_pendingTransactions", [])) as Block["transactions"];
      return all.map(({ nonce }) => Number(nonce)).sort((a, b) => a - b);
    };
    const gas = ["--resend-after", "0.001", "--max-gas-price", "4"];
    const files = all.map(({ file }) => file);
    const running = world.runWith({}, "watch", ...files, "--interval", "0.1", ...gas, ...GAS_PAYER);
    await until(async () => ((await pool()).length === 3 ? true : undefined));
    expect(await pool()).to.deep.equal([before, before + 1, before + 2]);
    await node.calm();
    await node.mine();
    for (const { seller } of all) expect(await world.chain.balance(seller.offer.receiver)).to.equal(3n * PRICE);
    for (const file of files) await writeFile(file, "[]");
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stdout.toString().match(/"paid": "20000000000000000"/g), "each is said once").to.have.length(3);
  });

  it("has no more under way than nodes keep for certain, and sends the others when these are mined", async () => {
    const files = await Promise.all((await cheated(18)).map(writeBundleFile));
    const before = await node.provider.getTransactionCount(world.chain.address(6));
    await node.hold();
    const running = world.runWith({}, "watch", ...files, "--once", ...GAS_PAYER);
    await until(async () => ((await node.waiting()).length >= 16 ? true : undefined));
    await node.mine();
    expect(await node.provider.getTransactionCount(world.chain.address(6))).to.equal(before + 16);
    await until(async () => ((await node.waiting()).length >= 2 ? true : undefined));
    await node.mine();
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(await node.provider.getTransactionCount(world.chain.address(6))).to.equal(before + 18);
  });

  it("sends anew what lost its nonce to another program that uses the account", async () => {
    const { record, file, seller } = await channel();
    await cheat(record, PRICE);
    await node.hold();
    const running = world.runWith({}, "watch", file, "--interval", "0.1", ...GAS_PAYER);
    const [ours] = await until(async () => ((await node.waiting()).length > 0 ? node.waiting() : undefined));
    const signer = await node.provider.getSigner(world.chain.address(6));
    const fees = { maxFeePerGas: BUSY, maxPriorityFeePerGas: BUSY };
    await signer.sendUncheckedTransaction({ to: signer.address, nonce: ours!.nonce, ...fees });
    await node.mine();
    await until(async () => (await node.waiting()).find(({ nonce }) => nonce === ours!.nonce + 1));
    await node.mine();
    expect(await world.chain.balance(seller.offer.receiver)).to.equal(3n * PRICE);
    await writeFile(file, "[]");
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.match(/another transaction took its place; looking again/);
  });

  it("sends first what has the nearest deadline", async () => {
    const [later, sooner] = [await channel({ period: 7200 }), await channel()];
    for (const { record } of [later, sooner]) await cheat(record, PRICE);
    await node.hold();
    const running = world.runWith({}, "watch", later.file, sooner.file, "--once", ...GAS_PAYER);
    await until(async () => ((await node.waiting()).length === 2 ? true : undefined));
    await node.mine();
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    const { transactions } = (await node.provider.send("eth_getBlockByNumber", ["latest", true])) as Block;
    const inOrder = transactions.sort((a, b) => Number(a.nonce) - Number(b.nonce));
    expect(
      inOrder.map(({ input }) =>
        [sooner, later].findIndex(({ record: { terms } }) => input.includes(terms.salt.slice(2))),
      ),
    ).to.deep.equal([0, 1]);
  });

  it("raises the fees of all that pay too little for their turn, so that one block takes them", async () => {
    const all = [await channel(), await channel()];
    for (const { record } of all) await cheat(record, PRICE);
    await node.hold();
    const running = world.runWith({}, "watch", folder, "--once", "--resend-after", "0.001", ...GAS_PAYER);
    await until(async () => ((await node.waiting()).length === 2 ? true : undefined));
    await node.spike();
    await until(async () => {
      const waiting = await node.waiting();
      return waiting.length === 2 && waiting.every(({ maxFeePerGas }) => maxFeePerGas > BUSY) ? true : undefined;
    });
    const block = await world.chain.blockNumber();
    await node.mine();
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    for (const { seller } of all) expect(await world.chain.balance(seller.offer.receiver)).to.equal(3n * PRICE);
    expect(await world.chain.blockNumber()).to.equal(block + 1);
  });

  it("goes on after it was killed with what it sent, under the same nonce", async () => {
    const { record, file, seller } = await channel();
    await cheat(record, PRICE);
    const before = await node.provider.getTransactionCount(world.chain.address(6));
    await node.hold();
    const child = spawn(process.execPath, ["--import=tsx", CHILD, "watch", file, "--once", ...GAS_PAYER], {
      env: { ...process.env, RMPS_STATE: world.home, RMPS_RPC: world.chain.url },
    });
    const killed = new Promise((resolve) => child.on("close", resolve));
    const [first] = await until(async () => {
      const waiting = await node.waiting();
      return waiting.length > 0 ? waiting : undefined;
    });
    child.kill("SIGKILL");
    await killed;
    await node.spike();
    const running = world.runWith({}, "watch", file, "--once", "--resend-after", "0.001", ...GAS_PAYER);
    const next = await until(async () => (await node.waiting()).find(({ maxFeePerGas }) => maxFeePerGas > BUSY));
    expect([first!.nonce, next.nonce]).to.deep.equal([before, before]);
    await node.mine();
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(world.json(run)).to.include({ channel: record.id, paid: (2n * PRICE).toString() });
    expect(await world.chain.balance(seller.offer.receiver)).to.equal(3n * PRICE);
    expect(await node.provider.getTransactionCount(world.chain.address(6)), "one transaction").to.equal(before + 1);
  });

  it("refuses a price of gas, or a time, that is none", async () => {
    const { file } = await channel();
    for (const option of ["--max-gas-price", "--resend-after"]) {
      const run = await world.runWith({}, "watch", file, "--once", option, "much", ...GAS_PAYER);
      expect(run.code, run.stderr).to.equal(2);
      expect(run.stderr).to.contain(option);
    }
  });

  it("refuses bundles that cannot defend anything", async () => {
    const wrong: Record<string, unknown>[] = [
      { proof: `0x${"11".repeat(65)}` },
      { amount: (4n * PRICE).toString() },
      { contract: `0x${"12".repeat(20)}` },
      { terms: {} },
      { balance: undefined },
    ];
    for (const changes of wrong) {
      const { file } = await channel(changes);
      const run = await world.runWith({}, "watch", file, "--once", ...GAS_PAYER);
      expect(run.code, run.stderr).to.equal(2);
    }
    const { file, bundle } = await channel();
    expect(parseBundles(await readFile(file, "utf8"))).to.have.length(1);
    expect(parseBundles(JSON.stringify([bundle, bundle]))).to.have.length(2);
    expect((await world.runWith({}, "watch", join(world.home, "none"), "--once", ...GAS_PAYER)).code).to.equal(2);
  });
});
