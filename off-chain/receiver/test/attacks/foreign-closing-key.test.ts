import { expect } from "chai";
import { account } from "../support/chain.ts";
import { PRICE, World } from "./world.ts";

describe("Attack: a channel whose closing key is the sender's own", () => {
  let world: World;
  before(async () => (world = await World.open()));
  after(() => world.stop());

  it("buys nothing: that key could agree to close at 0", async () => {
    const foreign = await world.chain.open(2, undefined, { receiverSigner: account(2).address });
    const answer = await world.pay(foreign, PRICE);
    expect(answer.status).to.equal(402);
    expect(await answer.json()).to.include({ code: "wrong-terms" });
    const ours = await world.chain.open(2);
    expect((await world.pay(ours, PRICE)).status).to.equal(200);
  });
});
