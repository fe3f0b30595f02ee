import { expect } from "chai";
import { PRICE, World } from "./world.ts";

describe("Attack: closing while requests are in flight", () => {
  let world: World;
  let release: () => void;
  let asked: number;

  before(async () => {
    asked = 0;
    const wait = new Promise<void>((resolve) => (release = resolve));
    const handler = async () => {
      asked++;
      await wait;
      return "content";
    };
    world = await World.open({ routes: { "/slow": { price: PRICE, handler } } });
  });
  after(() => world.stop());

  it("gets an agreement only for an amount that pays for them", async () => {
    const channel = await world.chain.open(2);
    const close = async (amount: bigint) => {
      const answer = await world.askToClose(channel, amount);
      return { status: answer.status, json: (await answer.json()) as Record<string, string> };
    };
    const requests = [1n, 2n, 3n].map((count) => world.pay(channel, count * PRICE, "/slow"));
    while (asked < 3) await new Promise(setImmediate);
    expect(await close(0n)).to.deep.include({ status: 409 });
    expect((await close(2n * PRICE)).json["spent"]).to.equal(String(3n * PRICE));
    const agreed = await close(3n * PRICE);
    expect(agreed.status).to.equal(200);
    expect((await close(4n * PRICE)).json, "asked for more later: the same one").to.deep.equal(agreed.json);
    release();
    for (const answer of await Promise.all(requests)) expect(answer.status).to.equal(200);
    expect((await world.pay(channel, 4n * PRICE, "/slow")).status).to.equal(402);
  });
});
