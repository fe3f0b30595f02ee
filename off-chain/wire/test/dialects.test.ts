import { expect } from "chai";
import fc from "fast-check";
import * as wire from "../src/index.ts";
import { toBase64, toBase64url } from "./support/json.ts";
import * as sample from "./support/samples.ts";

const challengeKey = new Uint8Array(32).fill(7);
const options: wire.WireOptions = { dialects: ["x402", "payment", "rdn"], challengeKey };
const all = wire.writeChallenge({ offer: sample.offer }, sample.request, options);

/** A payment in a dialect, in answer to a challenge of all. */
function paymentIn(dialect: wire.DialectName): wire.HeaderMap {
  const received = wire.readChallenge(all, [dialect]);
  if (received.kind !== "challenge") throw new Error("no challenge");
  return wire.writePayment(sample.payment, received.challenge.echo);
}

describe("the dialects", () => {
  it("share one 402", () => {
    expect(all).to.include.keys("Cache-Control", "RDN-Price", "WWW-Authenticate", "PAYMENT-REQUIRED");
    for (const dialect of wire.DIALECTS) {
      const received = wire.readChallenge(all, [dialect]);
      expect(received.kind === "challenge" && received.challenge.echo.dialect).to.equal(dialect);
      expect(received.kind === "challenge" && received.challenge.offer.price).to.equal(sample.offer.price);
    }
    const first = wire.readChallenge(all, ["x402", "rdn"]);
    expect(first.kind === "challenge" && first.challenge.echo.dialect).to.equal("x402");
  });

  it("are offered as configured; Payment only where it is named", () => {
    const without = wire.writeChallenge({ offer: sample.offer }, sample.request);
    expect(without).to.include.keys("RDN-Price", "PAYMENT-REQUIRED").and.not.include.keys("WWW-Authenticate");
    expect(Object.keys(wire.writeChallenge({ offer: sample.offer }, sample.request, { dialects: [] }))).to.deep.equal([
      "Cache-Control",
    ]);
  });

  for (const [one, other] of [
    ["rdn", "payment"],
    ["rdn", "x402"],
    ["payment", "x402"],
  ] as const) {
    it(`are not spoken at once: ${one} and ${other}`, () => {
      expect(wire.readPayment(paymentIn(one), options).kind).to.equal("payment");
      const both = { ...paymentIn(one), ...paymentIn(other) };
      const reading = wire.readPayment(both, options);
      expect(reading).to.have.property("kind", "malformed");
      expect(reading).not.to.have.property("dialect");
      // Not even where one of them is garbage.
      const name = Object.keys(paymentIn(other))[0]!;
      const garbage = name === "Authorization" ? "Payment x" : "x";
      expect(wire.readPayment({ ...paymentIn(one), [name]: garbage }, options)).to.not.have.property("dialect");
    });
  }

  it("leave ordinary credentials beside a payment alone", () => {
    expect(wire.readPayment({ ...paymentIn("rdn"), Authorization: "Basic YTpi" }, options).kind).to.equal("payment");
    expect(wire.readPayment({ ...paymentIn("x402"), Authorization: "Bearer abc" }, options).kind).to.equal("payment");
  });

  it("answer only a challenge of their own", () => {
    const received = wire.readChallenge(all, ["rdn"]);
    if (received.kind !== "challenge") throw new Error("no challenge");
    for (const dialect of [wire.paymentAuth, wire.x402]) {
      expect(() => dialect.writePayment(sample.payment, received.challenge.echo)).to.throw(RangeError);
    }
  });

  it("name their headers, for CORS and for proxies", () => {
    for (const dialect of wire.DIALECTS) {
      for (const name of Object.keys(paymentIn(dialect))) {
        expect(wire.REQUEST_HEADERS).to.include(name);
        expect(wire.isPaymentHeader(name.toUpperCase(), paymentIn(dialect)[name]!)).to.equal(true);
      }
      const receipt = Object.keys(wire.writeReceipt(dialect, sample.receipt)).filter(
        (name) => name !== "Cache-Control",
      );
      expect(wire.RESPONSE_HEADERS).to.include.members(receipt);
      for (const name of receipt) expect(wire.isPaymentHeader(name, "x")).to.equal(true);
    }
    expect(wire.RESPONSE_HEADERS).to.include.members(Object.keys(all).filter((name) => name !== "Cache-Control"));
    expect(wire.isPaymentHeader("Authorization", "Basic YTpi")).to.equal(false);
    expect(wire.isPaymentHeader("authorization", "Basic YTpi, payment abc")).to.equal(true);
    expect(wire.isPaymentHeader("Accept", "Payment")).to.equal(false);
    expect(wire.isPaymentHeader("WWW-Authenticate", 'Basic realm="Payment x", Payment id="x"')).to.equal(true);
    expect(wire.isPaymentHeader("WWW-Authenticate", 'Basic realm="a, Payment x"')).to.equal(false);
    for (const name of ["RDN-Something-New", "X-PAYMENT", "X-Payment-Response", "Payment-Something"]) {
      expect(wire.isPaymentHeader(name, "x"), name).to.equal(true);
    }
  });
});

describe("readers", () => {
  const names = [...new Set([...wire.REQUEST_HEADERS, ...wire.RESPONSE_HEADERS])];
  const json = fc.json();
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom('"', "\\", ",", "=", " ", "a", "Payment ", 'method="rmps"', 'intent="session"'),
    }),
    fc.constantFrom("1", "0", sample.channelId, sample.signature, sample.contract, ...Object.values(all)),
    json.map((text) => `Payment ${Buffer.from(text).toString("base64url")}`),
    json.map((text) => Buffer.from(text).toString("base64")),
    fc.object().map((object) => `Payment ${toBase64url({ challenge: object, payload: object })}`),
    fc.object().map((object) =>
      toBase64({
        x402Version: 2,
        accepted: object,
        accepts: [{ scheme: "rmps-channel", extra: object }],
        payload: object,
        extra: object,
      }),
    ),
  );
  const headers = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fc.array(value, { maxLength: 2 })), {
    maxKeys: 8,
  });

  it("answer to any headers with a value, and never throw", () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(headers, (input) => {
        kinds.add(wire.readPayment(input, options).kind);
        for (const dialect of wire.DIALECTS) kinds.add(wire.readChallenge(input, [dialect]).kind);
        kinds.add(wire.readChallenge(input).kind);
        kinds.add(wire.readReceipt(input).kind);
      }),
      { numRuns: 1000, examples: [[all]] },
    );
    expect([...kinds]).to.include.members(["none", "malformed", "challenge"]);
  });

  it("come to an end with long headers that are made to be slow", () => {
    const n = 15_000;
    for (const hostile of [
      '"\\'.repeat(n / 2),
      '"'.repeat(n),
      `Digest ${'a="'.repeat(n / 3)}`,
      "a ".repeat(n / 2),
      ",".repeat(n),
      `Payment ${"a=".repeat(n / 2)}`,
      `Payment a="${"\\a".repeat(n / 2)}`,
      `x ${"=".repeat(n)}`,
      `${"a".repeat(n)}!"`,
    ]) {
      const payment = { authorization: hostile, "payment-signature": hostile, "rdn-channel-id": hostile };
      expect(wire.readPayment(payment, options).kind).to.equal("malformed");
      for (const challenge of [
        { "www-authenticate": hostile, "payment-required": hostile, "rdn-price": hostile },
        { "www-authenticate": hostile },
        { ...all, "RDN-Gateway-Path": `/${hostile}` },
      ]) {
        expect(wire.readChallenge(challenge).kind).to.be.oneOf(["none", "malformed"]);
      }
    }
  });
});
