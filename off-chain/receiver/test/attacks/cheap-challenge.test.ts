import { readChallenge, writePayment } from "@rmps/wire";
import { expect } from "chai";
import { PRICE, World } from "./world.ts";

describe("Attack: a cheap route's challenge is answered on a dear one", () => {
  let world: World;
  before(async () => {
    const handler = () => "content";
    const sold = { "/cheap": PRICE, "/also": PRICE, "/dear": 10n * PRICE };
    world = await World.open({
      routes: Object.fromEntries(Object.entries(sold).map(([path, price]) => [path, { price, handler }])),
    });
  });
  after(() => world.stop());

  for (const dialect of ["payment", "x402"] as const) {
    it(`buys nothing for the cheap price (${dialect})`, async () => {
      const channel = await world.chain.open(2);
      const reading = readChallenge((await fetch(`${world.receiver.url}/cheap`)).headers, [dialect]);
      if (reading.kind !== "challenge") throw new Error("no offer");
      const pay = (path: string, balance: bigint) => {
        const payment = { channelId: channel.id, balance, signature: channel.proof(balance) };
        return fetch(world.receiver.url + path, { headers: writePayment(payment, reading.challenge.echo) });
      };
      expect((await pay("/dear", PRICE)).status).to.equal(402);
      if (dialect === "payment") {
        expect((await pay("/dear", 10n * PRICE)).status, "more than it was challenged for").to.equal(402);
        const elsewhere = await pay("/also", 10n * PRICE);
        expect(elsewhere.status, "a challenge is for its own path").to.equal(402);
        expect(await elsewhere.json()).to.include({ type: "https://paymentauth.org/problems/invalid-challenge" });
      }
      expect(await world.spent(channel)).to.equal(0n);
      expect((await pay("/cheap", 11n * PRICE)).status, "where it belongs").to.equal(200);
      expect(await world.spent(channel), "the route's price, whatever was echoed").to.equal(PRICE);
    });
  }
});
