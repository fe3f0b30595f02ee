import { expect } from "chai";
import fastify, { type FastifyInstance } from "fastify";
import { forwardAuth, type ForwardAuthRoutes } from "../../src/adapters/forward-auth.ts";
import type { TestChannel } from "../support/channels.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";

const SECRET = "secret-of-the-proxy-and-the-paywall";

describe("What a proxy asks about", () => {
  let shop: Shop;
  let channel: TestChannel;
  let app: FastifyInstance;
  beforeEach(async () => {
    shop = await openShop();
    channel = await shop.channel();
    app = fastify();
  });
  afterEach(async () => {
    await app.close();
    await shop.close();
  });

  const original = (id = "request-1") => ({
    "x-forwarded-method": "GET",
    "x-forwarded-uri": "/picture",
    "x-request-id": id,
  });
  const proxied = { "rmps-proxy-secret": SECRET, ...original() };
  const spent = async () => (await shop.store.channel(channel.id))!.spent;
  const register = (routes: ForwardAuthRoutes["routes"] = { "/picture": { price: 5n } }) =>
    app.register(forwardAuth({ secret: SECRET, routes }), { paywall: shop.paywall });
  const ask = (headers: Record<string, string>, url = "/_rmps/auth") => app.inject({ url, headers });

  it("is answered to whoever knows the secret, and to nobody else", async () => {
    await register();
    const paying = { ...original(), ...payment(channel, 5n) };
    for (const secret of [undefined, "", "wrong", SECRET.slice(1), `${SECRET}x`, SECRET.toUpperCase()]) {
      const answer = await ask({ ...paying, ...(secret !== undefined && { "rmps-proxy-secret": secret }) });
      expect([answer.statusCode, answer.json<{ code: string }>().code], secret).to.deep.equal([403, "not-a-proxy"]);
    }
    expect(await spent()).to.equal(0n);
    expect((await ask({ ...paying, "rmps-proxy-secret": SECRET })).statusCode).to.equal(200);
    expect(await spent()).to.equal(5n);
  });

  it("is charged once for one request id, whatever the client calls it", async () => {
    await register();
    const asking = { ...proxied, ...payment(channel, 5n) };
    const first = await ask({ ...asking, "idempotency-key": "one" });
    // Also to a proxy that knows but one refusal: this is none.
    const again = await ask({ ...asking, "idempotency-key": "another", "rmps-refuse-with": "403" });
    expect([first.statusCode, again.statusCode]).to.deep.equal([200, 200]);
    expect(again.headers["rdn-cost"]).to.equal(first.headers["rdn-cost"]).and.to.equal("5");
    expect(await spent()).to.equal(5n);
    const other = { ...proxied, ...original("request-2"), ...payment(channel, 10n), "idempotency-key": "one" };
    expect((await ask(other)).statusCode).to.equal(200);
    expect(await spent()).to.equal(10n);
  });

  it("is refused in full, with a status that the proxy understands", async () => {
    await register();
    for (const [wanted, status] of [
      ["401", 401],
      ["403", 403],
      ["418", 402],
      [undefined, 402],
    ] as const) {
      const answer = await ask({ ...proxied, ...(wanted && { "rmps-refuse-with": wanted }) });
      expect([answer.statusCode, answer.headers["rdn-price"]], wanted).to.deep.equal([status, "5"]);
      expect(answer.json<{ code: string }>().code).to.equal("payment-required");
    }
  });

  it("costs nothing where the refusal alone is asked for, though it could be paid for by now", async () => {
    await register();
    expect((await ask(proxied, "/_rmps/refusal")).statusCode).to.equal(402);
    const paid = await ask({ ...proxied, ...payment(channel, 5n) }, "/_rmps/refusal");
    expect([paid.statusCode, paid.headers["retry-after"]]).to.deep.equal([503, "1"]);
    expect(await spent()).to.equal(0n);
  });

  it("has to be said clearly", async () => {
    await register();
    const unclear: Record<string, string>[] = [
      { "x-forwarded-method": "get" },
      { "x-forwarded-method": "" },
      { "x-forwarded-uri": "picture" },
      { "x-forwarded-uri": "/a/../picture" },
      { "x-forwarded-uri": "//shop/picture" },
      { "x-request-id": "short" },
      { "x-request-id": "with a blank" },
    ];
    for (const part of unclear) {
      const answer = await ask({ ...proxied, ...part, ...payment(channel, 5n) });
      const { code } = answer.json<{ code: string }>();
      expect([answer.statusCode, code], JSON.stringify(part)).to.deep.equal([400, "unclear-request"]);
    }
    expect(await spent()).to.equal(0n);
  });

  it("is asked with a secret that nobody guesses, or not at all", () => {
    for (const secret of ["", "short", "x".repeat(19), `${SECRET} `, "é".repeat(30)]) {
      expect(() => forwardAuth({ secret, routes: {} }), secret).to.throw(RangeError, /secret/);
    }
  });

  it("is not sold where its price cannot be told, and nobody is told why", async () => {
    const price = () => {
      throw new Error("password of the database");
    };
    await register({ "/picture": { price } });
    for (const url of ["/_rmps/auth", "/_rmps/refusal"]) {
      const answer = await ask({ ...proxied, ...payment(channel, 5n) }, url);
      expect(answer.statusCode).to.equal(500);
      expect(answer.body).to.contain('"code":"failed"').and.not.to.contain("password");
    }
    expect(await shop.store.channel(channel.id)).to.include({ accepted: 0n });
  });
});
