import { expect } from "chai";
import fastify from "fastify";
import { forwardAuth } from "../../src/adapters/forward-auth.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";

const SECRET = "secret-of-the-proxy-and-the-paywall";

describe("What a proxy asks about", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.close());

  it("is not sold where its price cannot be told, and nobody is told why", async () => {
    const channel = await shop.channel();
    const app = fastify();
    const price = () => {
      throw new Error("password of the database");
    };
    await app.register(forwardAuth({ secret: SECRET, routes: { "/picture": { price } } }), { paywall: shop.paywall });
    const asked = {
      "rmps-proxy-secret": SECRET,
      "x-forwarded-method": "GET",
      "x-forwarded-uri": "/picture",
      "x-request-id": "12345678",
    };
    const headers = { ...asked, ...payment(channel, 5n) };
    for (const url of ["/_rmps/auth", "/_rmps/refusal"]) {
      const answer = await app.inject({ url, headers });
      expect(answer.statusCode).to.equal(500);
      expect(answer.body).to.contain('"code":"failed"').and.not.to.contain("password");
    }
    expect(await shop.store.channel(channel.id)).to.include({ accepted: 0n });
    await app.close();
  });
});
