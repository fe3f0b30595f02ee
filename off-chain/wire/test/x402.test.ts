import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../src/index.ts";
import { changed, fromBase64, toBase64, without } from "./support/json.ts";
import * as sample from "./support/samples.ts";

const offer: wire.Offer = { ...sample.offer, suggestedDeposit: 1000n };
const { channelId, signature, contract, receiver, token, sender } = sample;

const write = (challenge: wire.Challenge = { offer }) =>
  wire.writeChallenge(challenge, sample.request, { dialects: ["x402"] })["PAYMENT-REQUIRED"]!;
const readChallenge = (json: unknown) => wire.readChallenge({ "payment-required": toBase64(json) }, ["x402"]);

const accepted = {
  scheme: "rmps-channel",
  network: "eip155:31337",
  amount: "20000000000000000",
  asset: token,
  payTo: receiver,
  maxTimeoutSeconds: 300,
  extra: { escrow: contract, challengePeriod: 3600, suggestedDeposit: "1000" },
};
const required = {
  x402Version: 2,
  resource: { url: sample.request.url, description: sample.request.description },
  accepts: [accepted],
};

describe("an x402 challenge", () => {
  it("has the documented members", () => {
    expect(fromBase64(write())).to.deep.equal(required);
  });

  it("names refusal, signer and channel only where there are any", () => {
    const challenge: wire.Challenge = {
      offer: { ...sample.offer, receiverSigner: sample.signer },
      refusal: { code: "insufficient-payment", detail: "secret detail" },
      channel: sample.channel,
    };
    const json = fromBase64(write(challenge));
    expect(json.error).to.equal("insufficient-payment");
    expect(json.accepts[0].extra).to.deep.equal({
      escrow: contract,
      receiverSigner: sample.signer,
      challengePeriod: 3600,
      channelState: { channelId, sender, accepted: "40", spent: "30", deposit: (2n ** 112n - 1n).toString() },
      proof: signature,
    });
  });

  it("is read as it was written", () => {
    for (const terms of [offer, sample.offer, { ...offer, receiverSigner: sample.signer }]) {
      for (const channel of [undefined, sample.channel]) {
        const header = write({ offer: terms, ...(channel && { channel }) });
        const json = fromBase64(header);
        const expected = without(terms, "gatewayPath");
        expect(wire.readChallenge(new Headers({ "PAYMENT-REQUIRED": header }), ["x402"])).to.deep.equal({
          kind: "challenge",
          challenge: {
            offer: expected,
            ...(channel && { channel }),
            echo: { dialect: "x402", accepted: json.accepts[0], resource: json.resource },
          },
        });
      }
    }
  });

  it("tells why the payment was refused", () => {
    const reading = readChallenge({ ...required, error: "channel-closed" });
    expect(reading.kind === "challenge" && reading.challenge).to.deep.include({
      code: "channel-closed",
      reason: { sign: "nonexisting-channel" },
    });
    const foreign = readChallenge({ ...required, error: "insufficient_funds" });
    expect(foreign.kind === "challenge" && foreign.challenge).to.not.have.any.keys("code", "reason");
  });

  it("is found among other schemes, and none where there are only others", () => {
    const foreign = { ...accepted, scheme: "exact", extra: null };
    const reading = readChallenge({ ...required, accepts: [foreign, 5, null, accepted] });
    expect(reading.kind === "challenge" && reading.challenge.offer.price).to.equal(offer.price);
    expect(readChallenge({ ...required, accepts: [foreign] })).to.deep.equal({ kind: "none" });
    expect(readChallenge({ ...required, accepts: [] })).to.deep.equal({ kind: "none" });
  });

  it("is malformed where any member that counts is", () => {
    const cases: [string, unknown[]][] = [
      ["x402Version", [undefined, 1, "2", 3]],
      ["accepts", [undefined, {}, "x"]],
      ["accepts.0.network", [undefined, "base", "eip155:", "eip155:x", "eip155:01", "solana:1", 8453]],
      ["accepts.0.amount", [undefined, 5, "1e5", "-1"]],
      ["accepts.0.asset", [undefined, "0x", ZERO_ADDRESS]],
      ["accepts.0.payTo", [undefined, "0x", ZERO_ADDRESS]],
      ["accepts.0.extra", [undefined, null, []]],
      ["accepts.0.extra.escrow", [undefined, "0x", ZERO_ADDRESS]],
      ["accepts.0.extra.challengePeriod", [undefined, "3600", 1.5, -1, 2 ** 32]],
      ["accepts.0.extra.suggestedDeposit", [5, "x"]],
      ["accepts.0.extra.receiverSigner", ["0x", 5]],
      ["accepts.0.extra.channelState", [{}, "x", []]],
    ];
    expect(readChallenge(required).kind).to.equal("challenge");
    for (const [path, values] of cases) {
      for (const value of values) {
        const reading = readChallenge(changed(required, path, value));
        expect(reading.kind, `${path} ${String(value)}`).to.equal("malformed");
        expect(reading.kind === "malformed" && reading.detail).to.include("PAYMENT-REQUIRED");
      }
    }
    for (const header of ["", "!", "e30", "W10=", "eyJ4", `${toBase64(required)}\n`, `${toBase64(required)}=`]) {
      expect(wire.readChallenge({ "payment-required": header }, ["x402"]).kind, header).to.equal("malformed");
    }
  });
});

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

describe("an x402 receipt", () => {
  it("has the documented members, and is read as it was written", () => {
    const headers = wire.writeReceipt("x402", sample.receipt);
    expect(fromBase64(headers["PAYMENT-RESPONSE"]!)).to.deep.equal({
      success: true,
      transaction: "",
      network: "eip155:31337",
      payer: sender,
      extra: { chargedAmount: "20", channelState: { channelId, accepted: "40", spent: "30" } },
    });
    const receipt = { dialect: "x402", chainId: 31337n, sender, cost: 20n, channelId, accepted: 40n, spent: 30n };
    expect(wire.readReceipt(headers)).to.deep.equal({ kind: "receipt", receipt });
  });

  it("never comes with a 402", () => {
    expect(wire.writeReceipt("x402", sample.receipt, 402)).to.deep.equal({ "Cache-Control": "private" });
    expect(wire.writeReceipt("x402", sample.receipt, 418)).to.have.property("PAYMENT-RESPONSE");
  });

  it("is malformed where a member is missing or bad", () => {
    const good = fromBase64(wire.writeReceipt("x402", sample.receipt)["PAYMENT-RESPONSE"]!);
    const paths = [
      "network",
      "payer",
      "extra",
      "extra.chargedAmount",
      "extra.channelState",
      "extra.channelState.channelId",
      "extra.channelState.accepted",
      "extra.channelState.spent",
    ];
    for (const path of paths) {
      for (const value of [undefined, 5, "x"]) {
        expect(wire.readReceipt({ "payment-response": toBase64(changed(good, path, value)) }).kind, path).to.equal(
          "malformed",
        );
      }
    }
  });
});
