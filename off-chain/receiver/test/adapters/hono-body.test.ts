import { expect } from "chai";
import { Hono } from "hono";
import { honoPaywall } from "../../src/adapters/hono.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";

const CHUNK = new Uint8Array(64 * 1024);

/** Chunks that a body has: 64 MiB. */
const CHUNKS = 1024;

describe("A body that Hono passes on", () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.close());

  it("is read ahead of the payment up to a limit, also where it does not say how long it is", async () => {
    const app = new Hono();
    app.post("/", honoPaywall({ paywall: shop.paywall, price: 5n }), (context) => context.text("content"));
    let read = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++read > CHUNKS) controller.close();
        else controller.enqueue(CHUNK);
      },
    });
    const channel = await shop.channel();
    const headers = { ...payment(channel, 5n), "idempotency-key": "k" };
    const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
    const answer = await app.request("http://127.0.0.1/", init);
    expect(answer.status).to.equal(413);
    expect(read, "chunks").to.be.below(32);
    expect(await shop.store.channel(channel.id)).to.include({ accepted: 0n });
  });
});
