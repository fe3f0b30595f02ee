import { expect } from "chai";

import { OutcomeUnknownError } from "../../src/index.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("createPayingFetch where nobody knows what became of a request", () => {
  const world = useWorld();

  it("never repeats a POST, counts it as spent, pays the next on top, and concedes it when it closes", async () => {
    let drops = true;
    const seller = await world.seller({
      onCharged: ({ request }) => {
        if (drops) request.socket.destroy();
        return drops;
      },
    });
    const { pay, spent } = world.sender();
    const error = await rejection(pay(`${seller.url}/a`, { method: "POST", body: "x" }), OutcomeUnknownError);
    expect(error.price).to.equal(PRICE);
    expect(seller.only().offered).to.deep.equal([PRICE]);
    expect(await spent()).to.equal(PRICE);
    drops = false;
    expect((await pay(`${seller.url}/b`, { method: "POST", body: "x" })).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
    expect((await pay.close())[0]).to.include({ kind: "closed", by: "agreement", settled: 2n * PRICE });
  });

  it("repeats a GET with the same balance and key, and is charged once", async () => {
    let drops = 2;
    const keys: unknown[] = [];
    const seller = await world.seller({
      onCharged: ({ request }) => {
        keys.push(request.headers["idempotency-key"]);
        if (drops-- > 0) request.socket.destroy();
        return drops >= 0;
      },
    });
    const { pay, spent } = world.sender();
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect(seller.only().spent).to.equal(PRICE);
    expect(await spent()).to.equal(PRICE);
    expect(keys).to.have.length(1); // the repetition was answered by its key
    expect(keys[0]).to.be.a("string");
  });

  it("counts a GET as spent where the repetition finds its balance used", async () => {
    const seller = await world.seller({
      onCharged: ({ request, books }) => {
        books.answered.clear(); // a receiver that knows no keys
        request.socket.destroy();
        return true;
      },
    });
    const { pay, spent } = world.sender();
    await rejection(pay(`${seller.url}/a`), OutcomeUnknownError);
    expect(new Set(seller.only().offered)).to.deep.equal(new Set([PRICE]));
    expect(await spent()).to.equal(PRICE);
  });

  it("repeats a POST whose caller gave it a key", async () => {
    let drops = true;
    const seller = await world.seller({
      onCharged: ({ request }) => {
        if (drops) request.socket.destroy();
        return (drops = false);
      },
    });
    const headers = { "Idempotency-Key": "mine" };
    expect((await world.sender().pay(`${seller.url}/a`, { method: "POST", headers })).status).to.equal(200);
    expect(seller.only().spent).to.equal(PRICE);
  });

  it("sends no key with what is not idempotent", async () => {
    let key: unknown = "none seen";
    const seller = await world.seller({
      onPayment: ({ request }) => void (key = request.headers["idempotency-key"]),
    });
    await world.sender().pay(`${seller.url}/a`, { method: "POST" });
    expect(key).to.equal(undefined);
  });

  it("counts a request as spent that its caller aborts while the receiver hangs, and says AbortError", async () => {
    const controller = new AbortController();
    const seller = await world.seller({
      onPayment: () => {
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    const { pay, spent } = world.sender();
    const error = await rejection(pay(`${seller.url}/a`, { signal: controller.signal }), DOMException);
    expect(error.name).to.equal("AbortError");
    expect(await spent()).to.equal(PRICE);
  });

  it("counts nothing where the request certainly did not leave", async () => {
    const seller = await world.seller();
    const { pay, channel, spent } = world.sender({ price: PRICE });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    await seller.stop();
    const error = await rejection(pay(`${seller.url}/b`), TypeError);
    expect((error.cause as NodeJS.ErrnoException).code).to.equal("ECONNREFUSED");
    expect(await spent()).to.equal(PRICE);
    expect((await channel()).refused, "to be offered again").to.deep.equal([2n * PRICE]);
  });

  it("does not take an unpaid request for a paid one", async () => {
    const { pay } = world.sender();
    await rejection(pay("http://127.0.0.1:1/a", { method: "POST" }), TypeError);
    expect(await (await pay.channels).list()).to.deep.equal([]);
  });
});
