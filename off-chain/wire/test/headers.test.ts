import { expect } from "chai";
import * as wire from "../src/index.ts";
import * as sample from "./support/samples.ts";

describe("headers", () => {
  it("are found by lower-case name in whatever form they come", () => {
    for (const headers of [
      { "x-one": "1" },
      { "X-One": "1" },
      { "x-one": ["1"] },
      new Headers({ "X-One": "1" }),
      (name: string) => (name === "x-one" ? "1" : undefined),
    ]) {
      const source = wire.headerSource(headers);
      expect(source("x-one")).to.equal("1");
      expect(source("x-two")).to.equal(undefined);
    }
  });

  it("show that they came twice", () => {
    const web = new Headers([
      ["x-one", "1"],
      ["x-one", "2"],
    ]);
    for (const headers of [{ "x-one": ["1", "2"] }, { "X-One": "1", "x-one": "2" }, { "X-One": ["1", "2"] }, web]) {
      expect(wire.headerSource(headers)("x-one")).to.equal("1, 2");
    }
  });

  it("are never inherited", () => {
    const headers = Object.create({ "x-one": "1" }) as Record<string, string>;
    expect(wire.headerSource(headers)("x-one")).to.equal(undefined);
    expect(wire.headerSource({})("constructor")).to.equal(undefined);
  });

  it("cannot be injected into", () => {
    for (const gatewayPath of ["/a\r\nSet-Cookie: x=1", "/a\n", "/ä", "/a\u0000", ""]) {
      const offer = { ...sample.offer, gatewayPath };
      expect(() => wire.writeChallenge({ offer }, sample.request, { dialects: ["rdn"] })).to.throw(
        RangeError,
        "RDN-Gateway-Path",
      );
      expect(() => wire.writeReceipt("rdn", { ...sample.receipt, gatewayPath })).to.throw(RangeError);
    }
  });
});
