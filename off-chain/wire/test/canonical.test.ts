import { expect } from "chai";
import { encodeSlot, type JsonObject } from "../src/index.ts";
import { fromBase64url } from "./support/json.ts";

describe("canonical JSON", () => {
  it("has one way to write each value", () => {
    const value = { b: "é", a: { d: 1, c: true }, aa: undefined };
    expect(fromBase64url(encodeSlot(value))).to.deep.equal({ a: { c: true, d: 1 }, b: "é" });
    expect(encodeSlot({ a: 1, b: 2 })).to.equal(encodeSlot({ b: 2, a: 1 }));
  });

  it("has none for what challenges of ours never hold", () => {
    for (const value of [{ a: null }, { a: ["x"] }, { a: 0.5 }, { a: 2 ** 53 }, { a: { b: null } }, [], null]) {
      expect(() => encodeSlot(value as unknown as JsonObject), JSON.stringify(value)).to.throw(RangeError);
    }
  });
});
