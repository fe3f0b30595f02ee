import { expect } from "chai";

import { createPayingFetch, SenderError } from "../../src/index.ts";
import { rmps } from "../../src/plugins/mppx.ts";
import { rmpsScheme } from "../../src/plugins/x402.ts";
import { rejection } from "../support/world.ts";

const KEY = `0x${"11".repeat(32)}`;

/** Asks before anything is sent: nobody listens there. */
const refusal = (options: object) =>
  rejection(createPayingFetch({ wallet: KEY, ...options })("http://127.0.0.1:9/"), SenderError);

describe("the options of a paying fetch", () => {
  for (const [what, options, message] of [
    ["a misspelt option", { limit: { maxPrice: 1n } }, "limit: there is no such option"],
    ["a misspelt limit", { limits: { maxprice: 1n } }, "limits.maxprice: there is no such option"],
    ["limits that are none", { limits: 5n }, "limits: not valid"],
    ["a number as an amount", { limits: { maxPrice: 5 } }, "limits.maxPrice: not valid"],
    ["text as an amount", { limits: { maxDeposit: "5" } }, "limits.maxDeposit: not valid"],
    ["an amount below 0", { limits: { maxTotal: -1n } }, "limits.maxTotal: not valid"],
    ["a bigint as seconds", { limits: { maxChallengePeriod: 900n } }, "limits.maxChallengePeriod: not valid"],
    ["no request at a time", { maxInFlight: 0 }, "maxInFlight: not valid"],
    ["a receiver that is no address", { receiver: "0x7099" }, "receiver: not an address"],
    ["one of several tokens that is none", { token: [`0x${"22".repeat(20)}`, "MIC"] }, "token: not an address"],
    ["a manager that is no address", { managers: { 1: { contract: "0x1" } } }, "managers[1]: not an address"],
  ] as const) {
    it(`refuses ${what} by its name, before anything is sent`, async () => {
      const error = await refusal(options);
      expect(error.code).to.equal("configuration");
      expect(error.message).to.equal(message);
      expect(error.remedy).to.match(/^(There are|Give|Write) .*\.$/);
    });
  }

  it("refuses the price of a program that is no amount", async () => {
    for (const price of [5, -1n, () => 0.5])
      expect((await refusal({ price })).message).to.equal("price: not an amount");
  });

  it("takes what is undefined for what was not given", async () => {
    const { code, message } = await rejection(
      createPayingFetch({ wallet: "0x12", limits: { maxPrice: undefined }, maxInFlight: undefined } as never)(
        "http://127.0.0.1:9/",
      ),
      SenderError,
    );
    expect([code, message]).to.deep.equal(["configuration", "wallet: not a private key"]);
  });

  it("are those of the plugins, too", async () => {
    const options = { wallet: KEY, limits: { maxprice: 1n } } as never;
    for (const plugin of [rmpsScheme(options), rmps(options)]) {
      expect((await rejection(plugin.close(), SenderError)).message).to.contain("limits.maxprice");
    }
  });
});
