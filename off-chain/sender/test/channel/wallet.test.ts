import { expect } from "chai";

import { createPayingFetch, SenderError } from "../../src/index.ts";
import { rejection } from "../support/world.ts";

const KEY = `0x${"11".repeat(32)}` as const;

describe("a wallet", () => {
  for (const [what, options, message] of [
    ["a key that is none", { wallet: "0x1234567890" }, "wallet: not a private key"],
    ["a session key that is none", { wallet: KEY, sessionKey: "0x1234567890" }, "sessionKey: not a private key"],
    ["no wallet at all", {}, "wallet: none"],
    ["something else", { wallet: {} }, "wallet: none"],
  ] as const) {
    it(`refuses ${what} by the name of its option, and does not quote it`, async () => {
      const error = await rejection(createPayingFetch(options as never)("http://127.0.0.1:9/"), SenderError);
      expect(error.code).to.equal("configuration");
      expect(error.message).to.equal(message);
      expect(error.remedy).to.match(/^(Write a|Give a) private key/);
    });
  }
});
