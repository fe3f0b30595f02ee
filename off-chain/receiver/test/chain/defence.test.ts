import { expect } from "chai";
import type { ReceiverOptions } from "../../src/config/options.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { startPostgres } from "../store/postgres.ts";
import { eventually, GAS_PAYER, TestChain, UNIT, type TestChannel } from "../support/chain.ts";
import { FaultyNode, NodeError } from "../support/faulty-node.ts";
import { pay, start, Stores } from "../support/receiver.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

describe("channels that can be defended no longer", () => {
  const stores = new Stores();
  let chain: TestChain;
  let node: FaultyNode;
  let receiver: RunningReceiver;
  let quick: TestChannel;
  let slow: TestChannel;
  /** Seconds by which the receiver's clock is ahead. */
  let later: number;

  beforeEach(async () => {
    later = 0;
    chain = await TestChain.start();
    node = await FaultyNode.before(chain.url);
    quick = await chain.open(2, UNIT, { challengePeriod: HOUR });
    slow = await chain.open(3, UNIT, { challengePeriod: DAY });
  });
  afterEach(async () => {
    await receiver.close();
    await node.stop();
    await chain.stop();
    stores.remove();
  });

  const run = async (over: Partial<ReceiverOptions> = {}) => {
    const now = () => Date.now() + later * 1000;
    receiver = await start(chain, stores.path(), { rpc: node.url, now, ...over });
  };
  const sells = async () => {
    const codes: string[] = [];
    for (const channel of [quick, slow]) {
      const { accepted } = (await receiver.store.channel(channel.id))!;
      const verdict = await pay(receiver, channel, accepted + 1n, 1n);
      codes.push(verdict.kind === "refused" ? verdict.code : verdict.kind);
    }
    return codes;
  };
  const rings = () => receiver.engine.alarms.rings("slow-chain");

  it("take no payments while finality is slower than half their challenge period; others go on", async () => {
    await run({ confirmations: "finalized", challengePeriod: { min: HOUR, offered: HOUR } });
    await receiver.engine.watcher.round();
    expect(await sells()).to.deep.equal(["paid", "paid"]);

    const stuck = `0x${(await chain.blockNumber()).toString(16)}`;
    node.fault = (method, params, real) =>
      method === "eth_getBlockByNumber" && params[0] === "finalized" ? chain.rpc(method, [stuck, false]) : real();
    const slower = async (seconds: number) => {
      await chain.pass(seconds);
      const height = await chain.blockNumber();
      await eventually(() => receiver.engine.watcher.head()?.number === height);
      await receiver.engine.watcher.round();
      await receiver.engine.defence.look();
    };
    await slower(HOUR / 2 - 60);
    expect(await sells()).to.deep.equal(["paid", "paid"]);
    await slower(120);
    expect(await sells()).to.deep.equal(["chain-unavailable", "paid"]);
    expect(rings()).to.equal(true);
    const ready = await fetch(`${receiver.url}/ready`);
    expect(await ready.json()).to.deep.equal({ ready: false, reasons: ["slow-chain"] });
    await slower(DAY);
    expect(await sells()).to.deep.equal(["chain-unavailable", "chain-unavailable"]);

    node.fault = undefined;
    await slower(1);
    expect(await sells()).to.deep.equal(["paid", "paid"]);
    expect(rings()).to.equal(false);
  });

  it("take no payments while a dispute has waited for its block for half their challenge period", async () => {
    await run();
    const cheat = await chain.open(4, UNIT, { challengePeriod: DAY });
    await pay(receiver, cheat, 60n, 60n);
    node.fault = async (method, _, real) => {
      if (method === "eth_sendRawTransaction") throw new NodeError("we take no transactions");
      return real();
    };
    await chain.requestClose(cheat, 0n);
    await eventually(async () => (await receiver.engine.settler!.unfinished()).length === 1);
    expect(await sells()).to.deep.equal(["paid", "paid"]);
    later = HOUR / 2 + 60;
    await receiver.engine.watcher.round();
    await receiver.engine.defence.look();
    expect(await sells()).to.deep.equal(["chain-unavailable", "paid"]);

    node.fault = undefined;
    await eventually(async () => (await chain.stateOf(cheat.id)).settled === 60n);
    await eventually(async () => (await receiver.engine.settler!.unfinished()).every((row) => row.state !== "pending"));
    await receiver.engine.defence.look();
    expect(await sells()).to.deep.equal(["paid", "paid"]);
  });

  it("take no payments while the settler has failed for half their challenge period", async () => {
    await run();
    node.fault = async (method, _, real) => {
      if (method === "eth_getBalance") throw new NodeError("no such method");
      return real();
    };
    later = 60;
    await receiver.engine.settler!.round().catch(() => undefined);
    later = HOUR / 2 + 60;
    await receiver.engine.watcher.round();
    await receiver.engine.defence.look();
    expect(await sells()).to.deep.equal(["chain-unavailable", "paid"]);
    node.fault = undefined;
    await receiver.engine.settler!.round();
    await receiver.engine.defence.look();
    expect(await sells()).to.deep.equal(["paid", "paid"]);
  });

  it("are all channels, on every node of a store, when their gas account is empty", async () => {
    const postgres = await startPostgres();
    try {
      await run({ store: postgres.url });
      const other = await start(chain, postgres.url);
      try {
        expect([receiver, other].map(({ engine }) => engine.watcher.leading)).to.deep.equal([true, false]);
        expect((await pay(other, quick, 1n, 1n)).kind).to.equal("paid");
        await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, "0x1"]);
        await eventually(() => other.engine.alarms.rings("gas-money"));
        expect(await pay(other, quick, 2n, 1n)).to.include({ kind: "refused", code: "chain-unavailable" });
        expect(await pay(other, slow, 2n, 1n)).to.include({ kind: "refused", code: "chain-unavailable" });
      } finally {
        await other.close();
      }
    } finally {
      await receiver.close();
      await postgres.stop();
    }
  });
});
