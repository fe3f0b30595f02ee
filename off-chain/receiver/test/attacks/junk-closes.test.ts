import { expect } from "chai";
import { eventually, type TestChannel } from "../support/chain.ts";
import { FaultyNode } from "../support/faulty-node.ts";
import { pay } from "../support/receiver.ts";
import { PRICE, World } from "./world.ts";

/** A wallet that says yes to every question: it returns the affirmative answer of ERC-1271. */
const YES = "0x631626ba7e60e01b5f5260205ff3";

describe("Attack: closes that nobody signed, against the RPC budget", () => {
  let world: World;
  let node: FaultyNode;

  before(async () => {
    world = await World.open();
    node = await FaultyNode.before(world.chain.url);
    await world.restart({ rpc: node.url });
  });
  after(async () => {
    await world.stop();
    await node.stop();
  });

  /** Asks for a close with a signature of nobody's. @returns the status. */
  async function ask(channel: TestChannel): Promise<number> {
    return (await world.askToClose(channel, PRICE, channel.proof(1n))).status; // a signature, but not of a CloseRequest
  }
  const questions = () => node.calls.get("eth_getCode") ?? 0;

  /** A new block, and the receiver has seen it. */
  async function block(): Promise<void> {
    await world.chain.mine(1);
    const newest = await world.chain.provider.getBlockNumber();
    await eventually(() => (world.receiver.engine.watcher.head()?.number ?? 0) >= newest);
  }

  it("asks the node once for a sender and block, however many come and in whatever order", async () => {
    const channel = await world.chain.open(2);
    await pay(world.receiver, channel, PRICE, PRICE);
    await block();
    const before = questions();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask(channel)));
    for (let i = 0; i < 20; i++) statuses.push(await ask(channel));
    expect(new Set(statuses)).to.deep.equal(new Set([403]));
    expect(questions() - before).to.equal(1);
    await block();
    expect(await ask(channel)).to.equal(403);
    expect(questions() - before).to.equal(2);
  });

  it("asks again where the node did not answer", async () => {
    const channel = await world.chain.open(3);
    await pay(world.receiver, channel, PRICE, PRICE);
    node.fault = (method, _, real) => (method === "eth_getCode" ? "reset" : real());
    expect(await ask(channel)).to.equal(503);
    node.fault = undefined;
    expect(await ask(channel)).to.equal(403);
  });

  it("notices in the next block that the sender has become a contract wallet, and takes its word", async () => {
    const channel = await world.chain.open(4);
    await pay(world.receiver, channel, PRICE, PRICE);
    expect(await ask(channel)).to.equal(403);
    await world.chain.provider.send("hardhat_setCode", [channel.terms.sender, YES]);
    await block();
    expect(await ask(channel)).to.equal(200);
  });
});
