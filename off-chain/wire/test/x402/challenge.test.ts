import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { changed, fromBase64, toBase64, without } from "../support/json.ts";
import * as sample from "../support/samples.ts";
import { accepted, offer, readChallenge, required } from "../support/x402.ts";

const { channelId, signature, contract, sender } = sample;

const write = (challenge: wire.Challenge = { offer }) =>
  wire.writeChallenge(challenge, sample.request, { dialects: ["x402"] })["PAYMENT-REQUIRED"]!;

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
