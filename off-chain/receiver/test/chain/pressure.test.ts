import { expect } from "chai";
import { parseEther } from "ethers";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, GAS_PAYER, TestChain, UNIT, type TestChannel } from "../support/chain.ts";
import { openTogether } from "../support/batch.ts";
import { FaultyNode } from "../support/faulty-node.ts";
import { pay, start, Stores } from "../support/receiver.ts";

describe("settler under pressure", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver | undefined;

  beforeEach(async () => {
    chain = await TestChain.start();
  });
  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
    await chain.stop();
    stores.remove();
  });

  const unfinished = async () => receiver!.engine.settler!.unfinished();
  const pending = async () => (await unfinished()).filter(({ state }) => state === "pending");

  /** The sender asks to close at 0; the answer is sent, but no block takes it. */
  async function cheatAndHoldBack(channel: TestChannel): Promise<void> {
    await chain.rpc("evm_setAutomine", [false]);
    const request = chain.requestClose(channel, 0n);
    await eventually(async () => Number(await chain.rpc("eth_getBlockTransactionCountByNumber", ["pending"])) === 1);
    await chain.mine();
    await request;
    await eventually(async () => (await pending())[0]?.sentAt !== undefined);
  }

  it("answers 200 cheating closes in one block, in a few transactions, all in time", async () => {
    receiver = await start(chain, stores.path());
    const channels = await openTogether(chain, 200, UNIT);
    let total = 0n;
    for (const [index, channel] of channels.entries()) {
      const price = BigInt(index + 1);
      expect((await pay(receiver, channel, price, price)).kind).to.equal("paid");
      total += price;
    }
    const before = await chain.earned();
    await chain.rpc("evm_setBlockGasLimit", ["0x1c9c380"]);
    await chain.rpc("evm_setAutomine", [false]);
    const requests = channels.map((channel) => chain.requestClose(channel, 0n));
    const waiting = () => chain.rpc<string>("eth_getBlockTransactionCountByNumber", ["pending"]);
    await eventually(async () => Number(await waiting()) >= 200);
    await chain.mine();
    await Promise.all(requests);
    await eventually(async () => (await pending()).length >= 2);
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine();
    await eventually(async () => (await chain.earned()) - before === total);
    const { timestamp } = (await chain.provider.getBlock("latest"))!;
    const { closesAt } = await chain.stateOf(channels[0]!.id);
    expect(timestamp, "in time").to.be.below(Number(closesAt));
    expect(await chain.sent(GAS_PAYER), "a hundred in each").to.equal(2);
  });

  it("raises the fee of a transaction that is not mined, with the same nonce, and knows which one was", async () => {
    receiver = await start(chain, stores.path(), { gas: { resendMs: 300 } });
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await cheatAndHoldBack(channel);
    await eventually(async () => ((await pending())[0]?.hashes.length ?? 0) >= 3);
    const [row] = await pending();
    expect(new Set(row!.hashes).size).to.equal(row!.hashes.length);
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine();
    await eventually(async () => (await chain.earned()) - before === 60n);
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("replaces what is stuck by a dearer one, until a base fee that rose is met", async () => {
    receiver = await start(chain, stores.path(), { gas: { resendMs: 200 } });
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await cheatAndHoldBack(channel);
    const [first] = await pending();
    // Ten times what the first attempt was ready to pay.
    await chain.rpc("hardhat_setNextBlockBaseFeePerGas", [`0x${(first!.maxFeePerGas * 10n).toString(16)}`]);
    await chain.mine();
    expect(await chain.earned(), "too cheap for that block").to.equal(before);
    await eventually(async () => (await pending())[0]!.maxFeePerGas > first!.maxFeePerGas * 5n);
    await eventually(async () => {
      await chain.mine();
      return (await chain.earned()) - before === 60n;
    });
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  /** Claims that no block takes: one for each of so many channels. The base fee of the next block is too dear for them. */
  async function stuckClaims(count: number): Promise<void> {
    const channels: TestChannel[] = [];
    // Of different periods: they go into different transactions.
    for (let i = 0; i < count; i++) channels.push(await chain.open(3, UNIT, { challengePeriod: 3600 + i }));
    await chain.rpc("evm_setAutomine", [false]);
    for (const channel of channels) await pay(receiver!, channel, 10n, 10n);
    await eventually(async () => (await pending()).filter(({ sentAt }) => sentAt !== undefined).length === count);
    const dearest = (await pending()).reduce((most, { maxFeePerGas: fee }) => (fee > most ? fee : most), 0n);
    await chain.rpc("hardhat_setNextBlockBaseFeePerGas", [`0x${(dearest * 4n).toString(16)}`]);
  }

  it("sends a dispute though as many claims are stuck as are sent at once", async () => {
    receiver = await start(chain, stores.path(), { claims: { threshold: 10n }, gas: { resendMs: 3_600_000 } });
    const channel = await chain.open(2);
    await pay(receiver, channel, 5n, 5n);
    await stuckClaims(16);
    const { terms } = channel;
    const fees = { maxFeePerGas: parseEther("0.001"), maxPriorityFeePerGas: 1n };
    const request = [terms, 0n, 2n ** 40n, channel.closeRequest(0n, 2n ** 40n)] as const;
    await chain.contract.connect(chain.signer(8)).requestClose(...request, { ...fees, gasLimit: 200_000n });
    await chain.mine();
    await eventually(async () => (await pending()).some(({ purpose }) => purpose === "dispute"));
    expect(await pending()).to.have.length(17);
  });

  it("raises at once the fees of all that no block can take any more", async () => {
    let ahead = 0;
    const now = () => Date.now() + ahead;
    receiver = await start(chain, stores.path(), { claims: { threshold: 10n }, gas: { resendMs: 60_000 }, now });
    await stuckClaims(3);
    await chain.mine();
    await eventually(async () => receiver!.engine.watcher.head()?.number === (await chain.blockNumber()));
    expect((await pending()).map(({ hashes }) => hashes.length)).to.deep.equal([1, 1, 1]);
    ahead = 61_000;
    await eventually(async () => (await pending()).every(({ hashes }) => hashes.length === 2));
    await chain.mine();
    await eventually(async () => (await pending()).length === 0);
  });

  it("sends what it could not pay for at the price of today, not at that of the moment it was decided on", async () => {
    const node = await FaultyNode.before(chain.url);
    try {
      let ahead = 0;
      receiver = await start(chain, stores.path(), { rpc: node.url, now: () => Date.now() + ahead });
      const channel = await chain.open(2);
      await pay(receiver, channel, 60n, 60n);
      const before = await chain.earned();
      // A coin for each gas: nodes have been that wrong.
      node.fault = async (method, _, real) => (method === "eth_maxPriorityFeePerGas" ? "0xde0b6b3a7640000" : real());
      ahead = 11_000;
      await eventually(() => receiver!.engine.alarms.rings("gas-money"));
      await chain.requestClose(channel, 0n);
      await eventually(async () => (await pending()).length === 1);
      expect((await pending())[0]!.sentAt).to.equal(undefined);
      node.fault = undefined;
      await eventually(async () => (await chain.earned()) - before === 60n);
    } finally {
      await receiver?.close();
      receiver = undefined;
      await node.stop();
    }
  });

  it("raises a fee once, and not ever higher, while there is no money for it", async () => {
    let ahead = 0;
    receiver = await start(chain, stores.path(), { gas: { resendMs: 60_000 }, now: () => Date.now() + ahead });
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await cheatAndHoldBack(channel);
    await receiver.engine.settler!.round();
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, "0x1"]);
    ahead = 61_000;
    for (let round = 0; round < 10; round++) await receiver.engine.settler!.round();
    expect((await pending())[0]!.hashes).to.have.length(2);
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, `0x${parseEther("1").toString(16)}`]);
    await chain.rpc("evm_setAutomine", [true]);
    await eventually(async () => {
      await chain.mine();
      return (await chain.earned()) - before === 60n;
    });
  });

  it("sends a transaction again that every node has dropped", async () => {
    receiver = await start(chain, stores.path(), { gas: { resendMs: 500 } });
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await cheatAndHoldBack(channel);
    for (const hash of (await pending())[0]!.hashes) {
      await chain.rpc("hardhat_dropTransaction", [hash]).catch(() => undefined);
    }
    await eventually(async () => {
      await chain.mine();
      return (await chain.earned()) - before === 60n;
    });
  });

  it("goes on where it was after a restart: the queue is in the store", async () => {
    const path = stores.path();
    receiver = await start(chain, path);
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await cheatAndHoldBack(channel);
    await receiver.close();
    receiver = await start(chain, path);
    expect(await pending()).to.have.length(1);
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine();
    await eventually(async () => (await chain.earned()) - before === 60n);
    await eventually(async () => (await pending()).length === 0);
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("decides anew when somebody else used its nonce", async () => {
    receiver = await start(chain, stores.path());
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await cheatAndHoldBack(channel);
    const fees = { maxFeePerGas: parseEther("0.000001"), maxPriorityFeePerGas: parseEther("0.0000005") };
    await chain.signer(9).sendTransaction({ to: GAS_PAYER.address, value: 1n, nonce: 0, ...fees });
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine(70);
    await eventually(async () => (await chain.earned()) - before === 60n);
  });

  it("fills a gap in its nonces, which a re-organization left before its dispute", async () => {
    receiver = await start(chain, stores.path(), { gas: { resendMs: 300 } });
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    const snapshot = await chain.snapshot();
    await (await chain.signer(9).sendTransaction({ to: GAS_PAYER.address, value: 1n })).wait();
    await cheatAndHoldBack(channel);
    expect((await pending())[0]!.nonce, "behind somebody else's").to.equal(1);
    await chain.revert(snapshot); // Both are gone; ours waits for a nonce that nobody uses any more.
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine(3);
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await chain.earned()) - before === 60n);
    expect(await chain.sent(GAS_PAYER), "nothing, and the dispute").to.equal(2);
  });

  it("rings when there is no money for gas, takes no payments, and recovers when there is", async () => {
    receiver = await start(chain, stores.path());
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await receiver.close();
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, "0x1"]);
    receiver = await start(chain, stores.path());
    // A new store: the channel is known from the chain, its proof is not; so pay again.
    await eventually(() => receiver!.engine.alarms.rings("gas-money"));
    expect(await pay(receiver, channel, 70n, 1n)).to.include({ kind: "refused", code: "chain-unavailable" });
    const health = await (await fetch(`${receiver.url}/health`)).json();
    expect(health).to.deep.include({ status: "alarm" });
    expect((await fetch(`${receiver.url}/ready`)).status).to.equal(503);
    expect(await chain.earned()).to.equal(before);

    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, `0x${parseEther("1").toString(16)}`]);
    await eventually(() => !receiver!.engine.alarms.rings("gas-money"));
    expect((await pay(receiver, channel, 80n, 80n)).kind).to.equal("paid");
  });

  it("disputes as soon as there is money for gas again", async () => {
    receiver = await start(chain, stores.path());
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    const before = await chain.earned();
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, "0x1"]);
    await chain.requestClose(channel, 0n);
    await eventually(() => receiver!.engine.alarms.rings("gas-money"));
    expect(await chain.earned()).to.equal(before);
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, `0x${parseEther("1").toString(16)}`]);
    await eventually(async () => (await chain.earned()) - before === 60n);
  });
});
