import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { changed, fromBase64, toBase64 } from "../support/json.ts";
import * as sample from "../support/samples.ts";
import { accepted, offer, readChallenge, required } from "../support/x402.ts";

const { channelId, signature, contract, receiver, token } = sample;

describe("an x402 payment", () => {
  const good = {
    x402Version: 2,
    resource: required.resource,
    accepted,
    payload: { type: "proof", channelId, balance: "20", signature },
  };
  const read = (json: unknown) => wire.readPayment({ "payment-signature": toBase64(json) });
  const expected = {
    kind: "payment",
    payment: {
      dialect: "x402",
      channelId,
      balance: 20n,
      signature,
      maxPrice: offer.price,
      claims: { chainId: 31337n, contract, token, receiver },
    },
  };

  it("is read with what it accepts", () => {
    expect(read(good)).to.deep.equal(expected);
  });

  it("is not looked at for the state it echoes", () => {
    const echoed = {
      ...accepted,
      maxTimeoutSeconds: "x",
      extra: { escrow: contract, channelState: "old", proof: 5, challengePeriod: "x", suggestedDeposit: -1 },
    };
    expect(read({ ...good, accepted: echoed, resource: null, extensions: { any: 1 } })).to.deep.equal(expected);
  });

  it("is written as it is read", () => {
    const received = readChallenge(required);
    if (received.kind !== "challenge") throw new Error("no challenge");
    const headers = wire.writePayment(sample.payment, received.challenge.echo);
    expect(Object.keys(headers)).to.deep.equal(["PAYMENT-SIGNATURE"]);
    expect(fromBase64(headers["PAYMENT-SIGNATURE"]!)).to.deep.equal(good);
    expect(wire.readPayment(headers)).to.deep.equal(expected);
  });

  it("is malformed where any member that counts is, which is named", () => {
    const cases: [string, unknown[]][] = [
      ["x402Version", [undefined, 1, "2"]],
      ["accepted", [undefined, null, []]],
      ["accepted.scheme", [undefined, "exact", 5]],
      ["accepted.network", [undefined, "base", "eip155:-1"]],
      ["accepted.amount", [undefined, 5, "05"]],
      ["accepted.asset", [undefined, "x", ZERO_ADDRESS]],
      ["accepted.payTo", [undefined, "x", ZERO_ADDRESS]],
      ["accepted.extra", [undefined, null]],
      ["accepted.extra.escrow", [undefined, "x", ZERO_ADDRESS]],
      ["payload", [undefined, null]],
      ["payload.type", [undefined, "deposit"]],
      ["payload.channelId", [undefined, "0x"]],
      ["payload.balance", [undefined, 20, "020", "0x14"]],
      ["payload.signature", [undefined, "0x", `${signature}00`]],
    ];
    for (const [path, values] of cases) {
      for (const value of values) {
        const reading = read(changed(good, path, value));
        expect(reading.kind, `${path} ${String(value)}`).to.equal("malformed");
        expect(reading.kind === "malformed" && reading.detail)
          .to.include(path.split(".").at(-1))
          .and.include("PAYMENT-SIGNATURE");
        expect(reading.kind === "malformed" && reading.dialect).to.equal("x402");
      }
    }
    for (const header of ["", "x", "bnVsbA==", `${toBase64(good)}, ${toBase64(good)}`, toBase64("x".repeat(20_000))]) {
      expect(wire.readPayment({ "payment-signature": header }).kind).to.equal("malformed");
    }
  });

  it("is malformed where it is too long", () => {
    expect(read({ ...good, extensions: "x".repeat(10_000) })).to.deep.equal(expected);
    expect(read({ ...good, extensions: "x".repeat(20_000) }).kind).to.equal("malformed");
  });

  it("takes no inherited member for its own", () => {
    const { payload, ...rest } = good;
    const text = JSON.stringify(rest).replace(/}$/, `,"__proto__":{"payload":${JSON.stringify(payload)}}}`);
    expect(wire.readPayment({ "payment-signature": Buffer.from(text).toString("base64") }).kind).to.equal("malformed");
  });
});
