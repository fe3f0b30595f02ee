import { expect } from "chai";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { PRICE, World } from "./world.ts";

describe("Attack: the store is a restored old copy", () => {
  let world: World;
  before(async () => (world = await World.open()));
  after(() => world.stop());

  it("gives no agreement below what the copy does not know of, and no service for proofs used since", async () => {
    const channel = await world.chain.open(2);
    expect((await world.pay(channel, PRICE)).status).to.equal(200);
    await world.receiver.close();
    copyFileSync(world.store, `${world.store}.copy`);
    await world.restart();
    expect((await world.pay(channel, 2n * PRICE)).status, "after the copy").to.equal(200);
    expect((await world.pay(channel, 3n * PRICE)).status, "after the copy").to.equal(200);
    await world.receiver.close();
    for (const suffix of ["-wal", "-shm"]) {
      if (existsSync(world.store + suffix)) rmSync(world.store + suffix);
    }
    copyFileSync(`${world.store}.copy`, world.store);
    await world.restart({ recover: true });

    const close = async (amount: bigint) => {
      const deadline = 2n ** 40n;
      const signature = channel.closeRequest(amount, deadline);
      return fetch(`${world.receiver.url}/api/1/channels/${channel.terms.sender}/${channel.id}`, {
        method: "DELETE",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ amount: String(amount), deadline: String(deadline), signature }),
      });
    };
    expect((await close(PRICE)).status, "an agreement at what the copy says").to.equal(409);
    expect((await world.pay(channel, PRICE)).status, "used before the copy").to.equal(402);
    expect((await world.pay(channel, 4n * PRICE)).status, "an honest sender goes on").to.equal(200);
    expect(await world.spent(channel)).to.equal(4n * PRICE);
    expect((await close(3n * PRICE)).status).to.equal(409);
    expect((await close(4n * PRICE)).status).to.equal(200);
  });
});
