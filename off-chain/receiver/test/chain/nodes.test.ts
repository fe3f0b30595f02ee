import { expect } from "chai";
import type { ReceiverOptions } from "../../src/config/options.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, TestChain, UNIT, type TestChannel } from "../support/chain.ts";
import { FaultyNode, NodeError } from "../support/faulty-node.ts";
import { hashOf } from "../support/channels.ts";
import { pay, start, Stores } from "../support/receiver.ts";

interface Filter {
  fromBlock: string;
  toBlock: string;
}

describe("nodes that fail, lag, lie or leave things out", () => {
  const stores = new Stores();
  let chain: TestChain;
  let nodes: FaultyNode[];
  let receiver: RunningReceiver | undefined;

  beforeEach(async () => {
    chain = await TestChain.start();
    nodes = await Promise.all([1, 2, 3].map(() => FaultyNode.before(chain.url)));
  });
  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
    await Promise.all(nodes.map((node) => node.stop()));
    await chain.stop();
    stores.remove();
  });

  const run = async (count: number, over: Partial<ReceiverOptions> = {}) => {
    const rpc = nodes.slice(0, count).map(({ url }) => url);
    return (receiver = await start(chain, stores.path(), { rpc, confirmations: 2, ...over }));
  };
  const facts = ({ id }: TestChannel) => receiver!.store.channel(id);
  const confirmed = (channel: TestChannel, deposit: bigint) =>
    eventually(async () => (await facts(channel))?.confirmedDeposit === deposit);
  const alarms = () => receiver!.engine.alarms.list().map(({ name }) => name);

  it("goes on with the next node when one does not answer, and with the first when it is back", async () => {
    await run(2, { confirmations: 0 });
    nodes[0]!.fault = () => "reset";
    const channel = await chain.open(2);
    expect((await pay(receiver!, channel, 1n, 1n)).kind).to.equal("paid");
    nodes[1]!.fault = () => "reset";
    nodes[0]!.fault = undefined;
    const other = await chain.open(3);
    await eventually(async () => (await pay(receiver!, other, 1n, 1n)).kind === "paid");
  });

  it("goes on with the next node when one falls silent", async () => {
    await run(2, { confirmations: 0, rpcTimeoutMs: 2000 });
    nodes[0]!.fault = () => "silence";
    const channel = await chain.open(2);
    await eventually(async () => (await pay(receiver!, channel, 1n, 1n)).kind === "paid");
    const before = await chain.earned();
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await chain.earned()) - before === 1n);
  });

  it("goes on with the next node when one tells of amounts, periods and times that no manager can hold", async () => {
    await run(2, { confirmations: 0 });
    nodes[0]!.fault = async (method, _params, real) => {
      if (method !== "eth_getLogs") return real();
      const logs = (await real()) as { data: string }[];
      return logs.map((log) => ({ ...log, data: log.data.replace(/[^x]{64}$/, "f".repeat(64)) }));
    };
    const channel = await chain.open(2);
    await eventually(async () => (await pay(receiver!, channel, 1n, 1n)).kind === "paid");
    expect((await facts(channel))!.deposit).to.equal((await chain.stateOf(channel.id)).deposit);
    const before = await chain.earned();
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await chain.earned()) - before === 1n);
  });

  it("goes on with the next node when one answers with errors, at the head and where deposits are checked", async () => {
    await run(3);
    for (const [method, message] of [
      ["eth_getBlockByNumber", "internal error"],
      ["eth_getLogs", "query exceeds the limit"],
    ] as const) {
      nodes[0]!.fault = (asked, _, real) => (asked === method ? Promise.reject(new NodeError(message)) : real());
      const channel = await chain.open(2);
      await chain.mine(2);
      await confirmed(channel, UNIT);
      expect(nodes[0]!.calls.get(method), method).to.be.above(0);
    }
  });

  for (const [method, what, nonsense] of [
    ["eth_getBlockByNumber", "no block", { number: "0x10" }],
    [
      "eth_getBlockByNumber",
      "a block without a hash",
      { number: "0x10", hash: null, parentHash: null, timestamp: "0x1" },
    ],
    ["eth_getLogs", "no list", {}],
    ["eth_getLogs", "logs that are none", [{ address: null }]],
    ["eth_getLogs", "nothing", null],
  ] as const) {
    it(`goes on with the next node when one answers ${method} with ${what}`, async () => {
      await run(2, { confirmations: 0 });
      nodes[0]!.fault = (asked, _, real) => (asked === method ? Promise.resolve(nonsense) : real());
      const channel = await chain.open(2);
      await eventually(async () => (await pay(receiver!, channel, 1n, 1n)).kind === "paid");
      const before = await chain.earned();
      await chain.requestClose(channel, 0n);
      await eventually(async () => (await chain.earned()) - before === 1n);
    });
  }

  for (const [method, nonsense] of [
    ["eth_getTransactionCount", null],
    ["eth_estimateGas", "much"],
    ["eth_getBalance", {}],
    ["eth_getTransactionReceipt", { blockNumber: "0x1" }],
  ] as const) {
    it(`disputes over the next node when one answers ${method} with nonsense`, async () => {
      await run(2, { confirmations: 0 });
      const channel = await chain.open(2);
      await eventually(async () => (await pay(receiver!, channel, 1n, 1n)).kind === "paid");
      nodes[0]!.fault = (asked, _, real) => (asked === method ? Promise.resolve(nonsense) : real());
      const before = await chain.earned();
      await chain.requestClose(channel, 0n);
      await eventually(async () => (await chain.earned()) - before === 1n);
      await eventually(async () => (await facts(channel))?.settled === 1n);
      await receiver!.engine.settler!.round();
      expect((await receiver!.engine.settler!.unfinished()).map(({ state }) => state)).to.deep.equal(["mined"]);
    });
  }

  it("sells nothing new, but forgets nothing, while no node answers, and catches up afterwards", async () => {
    await run(1, { confirmations: 0 });
    const channel = await chain.open(2);
    await pay(receiver!, channel, 10n, 10n);
    nodes[0]!.fault = () => "reset";
    const other = await chain.open(3);
    expect(await pay(receiver!, other, 1n, 1n)).to.include({ code: "channel-not-found" });
    expect((await pay(receiver!, channel, 20n, 10n)).kind, "known channels go on for a while").to.equal("paid");
    await chain.requestClose(channel, 0n);
    const before = await chain.earned();
    nodes[0]!.fault = undefined;
    await eventually(async () => (await chain.earned()) - before === 20n);
    expect((await pay(receiver!, other, 2n, 1n)).kind).to.equal("paid");
  });

  it("counts a deposit only with its confirmations, and says how many are missing", async () => {
    await run(1);
    const channel = await chain.open(2);
    const refused = await pay(receiver!, channel, 1n, 1n);
    expect(refused).to.include({ kind: "refused", code: "channel-not-confirmed", missingConfirmations: 2 });
    await chain.mine(2);
    await confirmed(channel, UNIT);
    expect((await pay(receiver!, channel, 2n, 1n)).kind).to.equal("paid");
  });

  it("stops service at a close request at once, confirmed or not", async () => {
    await run(1);
    const channel = await chain.open(2);
    await chain.mine(2);
    await confirmed(channel, UNIT);
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await facts(channel))?.closesAt !== 0);
    expect(await pay(receiver!, channel, 2n, 1n)).to.include({ code: "channel-closing" });
  });

  it("asks for fewer blocks when a node finds the range too large, one by one if need be", async () => {
    for (let index = 0; index < 5; index++) await chain.open(2 + index, BigInt(1000 + index));
    await chain.mine(40);
    const limits = [7, 1, 3];
    nodes[0]!.fault = async (method, params, real) => {
      if (method !== "eth_getLogs") return real();
      const [{ fromBlock, toBlock }] = params as [Filter];
      const limit = limits[nodes[0]!.calls.get(method)! % limits.length]!;
      if (Number(toBlock) - Number(fromBlock) >= limit) {
        throw new NodeError("query returned more than 10000 results");
      }
      return real();
    };
    await run(1);
    const channels = await receiver!.store.channels({});
    expect(channels.map(({ deposit }) => deposit).sort()).to.deep.equal([1000n, 1001n, 1002n, 1003n, 1004n]);
  });

  it("finds what the first node left out at the head, before deposits there count", async () => {
    nodes[0]!.fault = async (method, _, real) => (method === "eth_getLogs" ? [] : real());
    await run(3);
    const channel = await chain.open(2);
    await chain.mine(2);
    await confirmed(channel, UNIT);
    expect((await pay(receiver!, channel, 2n, 1n)).kind).to.equal("paid");
  });

  it("believes no deposit that only one of three nodes shows", async () => {
    await run(3);
    const channel = await chain.open(2, 100n);
    const inflate = (text: string) => text.slice(0, -64) + "f".repeat(20).padStart(64, "0");
    nodes[0]!.fault = async (method, _, real) => {
      const result = await real();
      if (method !== "eth_getLogs") return result;
      return (result as { data: string }[]).map((log) => ({ ...log, data: inflate(log.data) }));
    };
    await chain.deposit(channel.terms, 1n);
    await chain.mine(2);
    await confirmed(channel, 101n);
    expect(await pay(receiver!, channel, 102n, 1n)).to.include({ code: "balance-exceeds-deposit" });
    expect((await facts(channel))?.deposit).to.equal(101n);
  });

  it("believes no deposit in blocks that only one of three nodes has", async () => {
    await run(3);
    const channel = await chain.open(2, 100n);
    await chain.mine(2);
    await confirmed(channel, 100n);
    const top = await chain.blockNumber();
    const { hash, timestamp } = (await chain.provider.getBlock(top))!;
    const blockOf = (height: number) => ({
      number: `0x${height.toString(16)}`,
      hash: hashOf(height, 1),
      parentHash: height === top + 1 ? hash : hashOf(height - 1, 1),
      timestamp: `0x${(timestamp + height - top).toString(16)}`,
      baseFeePerGas: "0x1",
    });
    const deposit = { ...chain.contract.interface.encodeEventLog("ChannelToppedUp", [channel.id, 900n, 1000n]) };
    // Ten blocks that nobody else knows, with a deposit in the first of them.
    nodes[0]!.fault = async (method, params, real) => {
      const height = params[0] === "latest" ? top + 10 : Number(params[0]);
      if (method === "eth_getBlockByNumber" && height > top) return height > top + 10 ? null : blockOf(height);
      if (method !== "eth_getLogs") return real();
      const { fromBlock, toBlock } = params[0] as Filter;
      if (Number(toBlock) <= top || Number(fromBlock) > top + 1) return Number(toBlock) <= top ? real() : [];
      const { number, hash: blockHash } = blockOf(top + 1);
      const place = { address: chain.manager.contract, blockNumber: number, blockHash, transactionHash: hashOf(1, 1) };
      return [{ ...deposit, ...place, logIndex: "0x0" }];
    };
    await eventually(async () => (await facts(channel))?.deposit === 1000n);
    await receiver!.engine.watcher.round();
    await receiver!.engine.watcher.round();
    expect((await facts(channel))?.confirmedDeposit).to.equal(100n);
    expect(await pay(receiver!, channel, 102n, 1n)).to.include({ code: "balance-exceeds-deposit" });
  });

  it("rings when two nodes contradict each other, counts nothing, but heeds a close request", async () => {
    await run(2);
    const channel = await chain.open(2);
    await chain.mine(2);
    await confirmed(channel, UNIT);
    nodes[0]!.fault = async (method, _, real) => (method === "eth_getLogs" ? [] : real());
    await chain.deposit(channel.terms, UNIT);
    await chain.requestClose(channel, 0n);
    await chain.mine(2);
    await eventually(() => alarms().includes("nodes-disagree"));
    expect((await facts(channel))?.confirmedDeposit).to.equal(UNIT);
    await eventually(async () => (await facts(channel))?.closesAt !== 0);
    nodes[0]!.fault = undefined;
    await chain.mine(1);
    await eventually(() => !alarms().includes("nodes-disagree"));
    await confirmed(channel, 2n * UNIT);
  });

  /** From now on the node has no blocks above `height`. */
  function stick(node: FaultyNode, height: number): void {
    node.fault = async (method, params, real) => {
      if (method !== "eth_getBlockByNumber") return real();
      const result = (await real()) as { number: string };
      if (params[0] === "latest") {
        return chain.rpc<unknown>("eth_getBlockByNumber", [`0x${height.toString(16)}`, false]);
      }
      return Number(result?.number ?? 0) > height ? null : result;
    };
  }

  for (const [how, lag] of [
    ["lags", 8],
    ["is behind every block that is remembered", 30],
  ] as const) {
    it(`is not led back by a node that ${how}`, async () => {
      await chain.mine(20);
      await run(2);
      const channel = await chain.open(2);
      await chain.mine(20);
      await confirmed(channel, UNIT);
      stick(nodes[0]!, (await chain.blockNumber()) - lag);
      await chain.mine(1);
      await eventually(async () => receiver!.engine.watcher.head()?.number === (await chain.blockNumber()));
      expect((await facts(channel))?.confirmedDeposit).to.equal(UNIT);
      expect((await pay(receiver!, channel, 2n, 1n)).kind).to.equal("paid");
    });
  }

  it("waits for a node that is behind before a deposit counts, for two minutes without a block of its", async () => {
    let ahead = 0;
    await run(2, { now: () => Date.now() + ahead });
    stick(nodes[1]!, await chain.blockNumber());
    const channel = await chain.open(2);
    await chain.mine(2);
    await eventually(async () => (await facts(channel))?.deposit === UNIT);
    await receiver!.engine.watcher.round();
    await receiver!.engine.watcher.round();
    expect((await facts(channel))!.confirmedDeposit).to.equal(0n);
    ahead = 125_000;
    await confirmed(channel, UNIT);
  });

  it("asks about an unknown channel once for each block, and not for a flood of random ones", async () => {
    await run(1, { pollMs: 60_000, confirmations: 0 });
    const calls = () => nodes[0]!.calls.get("eth_getBlockByNumber") ?? 0;
    const channel = await chain.open(2);
    const missing = chain.channel(channel.sender, chain.termsOf(channel.sender));
    await pay(receiver!, missing, 1n, 1n);
    const once = calls();
    for (let attempt = 0; attempt < 5; attempt++) await pay(receiver!, missing, 1n, 1n);
    expect(calls(), "remembered until the next block").to.equal(once);
    const strangers = Array.from({ length: 500 }, () => chain.channel(channel.sender, chain.termsOf(channel.sender)));
    await Promise.all(strangers.map((stranger) => pay(receiver!, stranger, 1n, 1n)));
    expect(calls() - once).to.be.below(120);
    expect((await pay(receiver!, channel, 1n, 1n)).kind, "found on the way").to.equal("paid");
  });

  it("does not start on a node that is silent, within its time-out", async () => {
    nodes[0]!.fault = () => "silence";
    let failure: unknown;
    await run(1, { rpcTimeoutMs: 200 }).catch((error: unknown) => (failure = error));
    expect(String(failure)).to.match(/cannot be read: .* aborted due to timeout/);
  });
});
