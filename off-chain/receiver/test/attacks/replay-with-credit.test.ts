import { expect } from "chai";
import { PRICE, World } from "./world.ts";

describe("Attack: an old proof is replayed while there is credit", () => {
  let world: World;
  before(async () => (world = await World.open()));
  after(() => world.stop());

  it("buys a stranger nothing; the sender's next balance buys from the credit", async () => {
    const channel = await world.chain.open(2);
    expect((await world.pay(channel, PRICE)).status).to.equal(200);
    expect((await world.pay(channel, 5n * PRICE)).status, "overpaid: four prices of credit").to.equal(200);
    for (const seen of [PRICE, 5n * PRICE]) expect((await world.pay(channel, seen)).status).to.equal(402);
    await world.restart();
    for (const seen of [PRICE, 5n * PRICE]) expect((await world.pay(channel, seen)).status, "restarted").to.equal(402);
    expect(await world.spent(channel)).to.equal(2n * PRICE);
    expect((await world.pay(channel, 5n * PRICE + 1n)).status).to.equal(200);
  });
});
