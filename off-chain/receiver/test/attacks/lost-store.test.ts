import { expect } from "chai";
import { eventually } from "../support/chain.ts";
import { PRICE, World } from "./world.ts";

describe("Attack: the store is lost, and a sender makes use of it", () => {
  let world: World;
  beforeEach(async () => (world = await World.open()));
  afterEach(() => world.stop());

  async function lose(): Promise<void> {
    world.store = world.stores.path();
    await world.restart();
  }

  it("serves an honest sender on from where it was, to the last unit", async () => {
    const channel = await world.chain.open(2);
    for (const count of [1n, 2n, 3n]) expect((await world.pay(channel, count * PRICE)).status).to.equal(200);
    await lose();
    expect((await world.pay(channel, 4n * PRICE)).status).to.equal(200);
    expect(await world.spent(channel)).to.equal(4n * PRICE);
    const before = await world.chain.earned();
    await world.chain.requestClose(channel, 0n);
    await eventually(async () => (await world.chain.earned()) - before === 4n * PRICE);
  });

  it("serves a dishonest one again for what was never settled, once, and never for what was", async () => {
    const channel = await world.chain.open(2);
    expect((await world.pay(channel, 5n * PRICE)).status).to.equal(200);
    const settle = world.chain.contract.connect(world.chain.signer(8)).settle;
    await (await settle(channel.terms, 3n * PRICE, 5n * PRICE, channel.proof(5n * PRICE))).wait();
    await lose();
    await eventually(async () => (await world.receiver.store.channel(channel.id))?.settled === 3n * PRICE);
    for (const settled of [1n, 2n, 3n]) expect((await world.pay(channel, settled * PRICE)).status).to.equal(402);
    expect((await world.pay(channel, 4n * PRICE)).status, "never settled: the price of losing the store").to.equal(200);
    expect((await world.pay(channel, 4n * PRICE)).status, "once").to.equal(402);
    expect((await world.pay(channel, 20n * PRICE)).status).to.equal(200);
    expect((await world.pay(channel, 19n * PRICE)).status, "no credit is known").to.equal(402);
    expect(await world.spent(channel), "each proof pays for its own request").to.equal(20n * PRICE);
  });
});
