import { expect } from "chai";
import { eventually } from "../support/chain.ts";
import { PRICE, World } from "./world.ts";

describe("Attack: a proof is copied from a settle", () => {
  let world: World;
  before(async () => (world = await World.open()));
  after(() => world.stop());

  it("buys nothing, though it covers more than was spent, and learns nothing of the channel", async () => {
    const channel = await world.chain.open(2);
    expect((await world.pay(channel, PRICE)).status).to.equal(200);
    // Promised, and not spent: the best proof has bought nothing yet when it becomes public.
    const best = 3n * PRICE;
    const refused = await world.pay(channel, best, "/dear");
    expect(refused.status).to.equal(402);
    const { contract } = world.chain;
    const settle = contract.connect(world.chain.signer(8)).settle;
    await (await settle(channel.terms, PRICE, best, channel.proof(best))).wait();
    await eventually(async () => (await world.receiver.store.channel(channel.id))?.settled === PRICE);
    const copied = await world.pay(channel, best);
    expect(copied.status).to.equal(402);
    for (const name of ["rdn-spent", "rdn-sender-balance", "rdn-balance-signature"]) {
      expect(copied.headers.get(name), name).to.equal(null);
    }
    expect(await world.spent(channel)).to.equal(PRICE);
    expect((await world.pay(channel, best + 1n)).status, "the sender's own").to.equal(200);
  });
});
