import { expect } from "chai";
import fastify from "fastify";
import { expressPaywall } from "../../src/adapters/express.ts";
import { fastifyPaywall } from "../../src/adapters/fastify.ts";
import { honoPaywall } from "../../src/adapters/hono.ts";
import { nodePaywall } from "../../src/adapters/node.ts";
import type { Paywall } from "../../src/paywall/paywall.ts";
import { checkOptions, priceFor } from "../../src/paywall/price.ts";

const paywall: Paywall = { admit: () => Promise.reject(new Error("nobody came")) };

/** As a program in JavaScript may have it. */
const wrong = (value: unknown) => value as never;

describe("prices of middleware", () => {
  it("are looked at when it is made", () => {
    for (const price of [undefined, 5, "5", -1n, null]) {
      const options = { paywall, price: wrong(price) };
      const make = [expressPaywall, honoPaywall, (each: typeof options) => nodePaywall(each, () => undefined)];
      for (const made of make) expect(() => made(options), String(price)).to.throw(TypeError, /price: write a bigint/);
    }
    for (const price of [0n, 1n, () => 1n]) checkOptions({ paywall, price });
  });

  it("are offered at an origin, which is one", async () => {
    for (const origin of [
      "https://shop.example/",
      "shop.example",
      "https://shop.example/a",
      "ftp://shop.example",
      "",
    ]) {
      const options = { paywall, price: 5n, origin };
      const make = [expressPaywall, honoPaywall, (each: typeof options) => nodePaywall(each, () => undefined)];
      for (const made of make) expect(() => made(options), origin).to.throw(TypeError, /origin: write scheme and host/);
      const app = fastify();
      const error: unknown = await app.register(fastifyPaywall, { paywall, origin }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(String(error), origin).to.contain("origin: write scheme and host");
      await app.close();
    }
    checkOptions({ paywall, price: 5n, origin: "https://shop.example:8443" });
  });

  it("belong to a paywall", () => {
    for (const none of [undefined, {}, { paywall }]) {
      expect(() => expressPaywall({ paywall: wrong(none), price: 1n })).to.throw(TypeError, /paywall: none/);
    }
  });

  it("are looked at when a route is added to Fastify", async () => {
    const app = fastify();
    await app.register(fastifyPaywall, { paywall });
    const add = (price: unknown) =>
      app.get(`/${String(price)}`, { config: { sale: { price: wrong(price) } } }, () => "");
    expect(() => add(5)).to.throw(TypeError, /price: write a bigint/);
    add(5n);
    app.get("/free", () => "");
    await app.close();
  });

  it("sell nothing where what was computed is none", async () => {
    for (const price of [-1n, 5, undefined]) {
      const asked = Promise.resolve(priceFor({ price: () => wrong(price) }, "GET", {}));
      const error = await asked.catch((thrown: unknown) => thrown);
      expect(error, String(price)).to.be.instanceOf(RangeError);
    }
    expect(await priceFor({ price: async () => 7n }, "GET", {})).to.equal(7n);
  });

  it("are 0 for methods that are free, HEAD where GET is", async () => {
    const sale = { price: 7n, free: ["GET"] };
    expect(await priceFor(sale, "HEAD", {})).to.equal(0n);
    expect(await priceFor(sale, undefined, {})).to.equal(0n);
    expect(await priceFor(sale, "POST", {})).to.equal(7n);
  });
});
