import { expect } from "chai";
import { eventually } from "../support/chain.ts";
import { FaultyNode } from "../support/faulty-node.ts";
import { PRICE, World } from "./world.ts";

/** The challenge period of the test's channels is an hour; silence is borne for a quarter of it. */
const QUARTER = 900;

describe("Attack: the node stops, and the channel is closed meanwhile", () => {
  let world: World;
  let node: FaultyNode;
  /** Seconds by which the receiver's clock is ahead. */
  let later = 0;

  before(async () => {
    world = await World.open();
    node = await FaultyNode.before(world.chain.url);
    await world.restart({ rpc: node.url, now: () => Date.now() + later * 1000 });
  });
  after(async () => {
    await world.stop();
    await node.stop();
  });

  it("buys nothing once the chain was silent for a quarter of the challenge period, and what was bought is fetched", async () => {
    const channel = await world.chain.open(2);
    expect((await world.pay(channel, PRICE)).status).to.equal(200);
    node.fault = () => "reset";
    await world.chain.requestClose(channel, 0n);
    later = QUARTER - 60;
    expect(
      (await world.pay(channel, 2n * PRICE)).status,
      "a close that cannot be seen yet, and time to answer",
    ).to.equal(200);
    later = QUARTER + 60;
    const refused = await world.pay(channel, 3n * PRICE);
    expect(refused.status).to.equal(503);
    expect(refused.headers.get("retry-after")).to.match(/^[1-9]\d*$/);
    expect(await refused.json()).to.include({ code: "chain-unavailable" });
    expect((await world.askToClose(channel, 2n * PRICE)).status, "nor is anything signed").to.equal(503);

    const before = await world.chain.earned();
    node.fault = undefined;
    await eventually(async () => (await world.chain.earned()) - before === 2n * PRICE);
    expect(await (await world.pay(channel, 4n * PRICE)).json()).to.include({ code: "channel-closing" });
  });
});
