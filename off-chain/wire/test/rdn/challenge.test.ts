import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { without } from "../support/json.ts";
import * as sample from "../support/samples.ts";

const { channelId, signature, contract, receiver, sender, token } = sample;

describe("an RDN challenge", () => {
  const write = (challenge: wire.Challenge) => wire.writeChallenge(challenge, sample.request, { dialects: ["rdn"] });
  const bare = {
    "Cache-Control": "no-store",
    "RDN-Gateway-Path": "/api/1",
    "RDN-Price": "20000000000000000",
    "RDN-Chain-Id": "31337",
    "RDN-Contract-Address": contract,
    "RDN-Token-Address": token,
    "RDN-Receiver-Address": receiver,
    "RDN-Challenge-Period": "3600",
  };

  it("says the terms, and no signer where the receiver signs itself", () => {
    expect(write({ offer: sample.offer })).to.deep.equal(bare);
    expect(write({ offer: { ...sample.offer, receiverSigner: sample.signer } })).to.deep.equal({
      ...bare,
      "RDN-Receiver-Signer": sample.signer,
    });
  });

  it("says how the channel stands only where it is told", () => {
    expect(write({ offer: sample.offer, channel: sample.channel })).to.deep.equal({
      ...bare,
      "RDN-Channel-Id": channelId,
      "RDN-Sender-Address": sender,
      "RDN-Sender-Balance": "40",
      "RDN-Spent": "30",
      "RDN-Deposit": (2n ** 112n - 1n).toString(),
      "RDN-Balance-Signature": signature,
    });
  });

  const signs: [wire.RefusalCode, Record<string, string>, wire.Reason | undefined][] = [
    ["payment-required", {}, undefined],
    ["channel-not-found", { "RDN-Nonexisting-Channel": "1" }, { sign: "nonexisting-channel" }],
    ["wrong-terms", { "RDN-Nonexisting-Channel": "1" }, { sign: "nonexisting-channel" }],
    ["channel-closing", { "RDN-Nonexisting-Channel": "1" }, { sign: "nonexisting-channel" }],
    ["channel-closed", { "RDN-Nonexisting-Channel": "1" }, { sign: "nonexisting-channel" }],
    [
      "channel-not-confirmed",
      { "RDN-Insufficient-Confirmations": "5" },
      { sign: "insufficient-confirmations", missingConfirmations: 5 },
    ],
    ["invalid-signature", { "RDN-Invalid-Balance-Proof": "1" }, { sign: "invalid-balance-proof" }],
    ["balance-exceeds-deposit", { "RDN-Invalid-Balance-Proof": "1" }, { sign: "invalid-balance-proof" }],
    ["insufficient-payment", { "RDN-Invalid-Amount": "1" }, { sign: "invalid-amount" }],
    ["malformed-payment", {}, undefined],
    ["busy", {}, undefined],
  ];
  for (const [code, headers, reason] of signs) {
    it(`shows ${code} by ${Object.keys(headers).join() || "no sign"}`, () => {
      const refusal = { code, ...(code === "channel-not-confirmed" && { missingConfirmations: 5 }) };
      const written = write({ offer: sample.offer, refusal });
      expect(written).to.deep.equal({ ...bare, ...headers });
      const read = wire.readChallenge(written);
      expect(read.kind === "challenge" && read.challenge.reason).to.deep.equal(reason);
    });
  }

  it("says one confirmation is missing where nobody counted", () => {
    const written = write({ offer: sample.offer, refusal: { code: "channel-not-confirmed" } });
    expect(written["RDN-Insufficient-Confirmations"]).to.equal("1");
  });

  it("is read as it was written", () => {
    for (const offer of [sample.offer, { ...sample.offer, receiverSigner: sample.signer, price: 0n }]) {
      for (const channel of [undefined, sample.channel, without(sample.channel, "proof")]) {
        const headers = write({ offer, ...(channel && { channel }) });
        const expected = {
          kind: "challenge",
          challenge: { offer, ...(channel && { channel }), echo: { dialect: "rdn" } },
        };
        expect(wire.readChallenge(headers)).to.deep.equal(expected);
        expect(wire.readChallenge(new Headers(headers))).to.deep.equal(expected);
      }
    }
  });

  it("is none without a price", () => {
    expect(wire.readChallenge({})).to.deep.equal({ kind: "none" });
  });

  const bad: [string, string[]][] = [
    ["RDN-Price", ["", "1e18", "-1", "1, 1"]],
    ["RDN-Chain-Id", ["", "0x1", "01"]],
    ["RDN-Contract-Address", ["", ZERO_ADDRESS]],
    ["RDN-Token-Address", ["", ZERO_ADDRESS]],
    ["RDN-Receiver-Address", ["", ZERO_ADDRESS]],
    ["RDN-Receiver-Signer", ["", "0x"]],
    ["RDN-Challenge-Period", ["", "1.5", "-1", "4294967296", (2n ** 64n).toString()]],
    [
      "RDN-Gateway-Path",
      [
        "",
        "api",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/api 1",
        "/a?b",
        "/a#b",
        "/a//b",
        `/${"a".repeat(1024)}`,
        `/${"a/".repeat(400)}!`,
      ],
    ],
    ["RDN-Channel-Id", ["", "0x"]],
    ["RDN-Sender-Address", ["", ZERO_ADDRESS]],
    ["RDN-Sender-Balance", ["", "x"]],
    ["RDN-Spent", ["", "x"]],
    ["RDN-Deposit", ["", "x"]],
    ["RDN-Balance-Signature", ["", "0x"]],
    ["RDN-Invalid-Amount", ["", "0", "true"]],
    ["RDN-Nonexisting-Channel", ["2"]],
    ["RDN-Invalid-Balance-Proof", ["yes"]],
    ["RDN-Insufficient-Confirmations", ["", "-1", "1.5", (2n ** 53n).toString()]],
  ];
  for (const [name, values] of bad) {
    it(`is malformed with a bad ${name}, which is named`, () => {
      const good = write({ offer: sample.offer, channel: sample.channel });
      for (const value of values) {
        const reading = wire.readChallenge({ ...good, [name]: value });
        expect(reading.kind, value).to.equal("malformed");
        expect(reading.kind === "malformed" && reading.detail).to.include(name);
      }
    });
  }

  it("is malformed where a term or a part of the channel's view is missing", () => {
    const good = write({ offer: sample.offer, channel: sample.channel });
    const needed = Object.keys(good).filter((name) => !/Cache|Gateway|Price|Signature/.test(name));
    expect(needed).to.have.length(10);
    for (const name of needed)
      expect(wire.readChallenge({ ...good, [name]: undefined }).kind, name).to.equal("malformed");
  });

  it("takes gateway paths of the usual kinds", () => {
    for (const gatewayPath of ["/", "/api/1", "/api/1/", "/a-b/c.d/~e/%20"]) {
      const read = wire.readChallenge(write({ offer: { ...sample.offer, gatewayPath } }));
      expect(read.kind === "challenge" && read.challenge.offer.gatewayPath).to.equal(gatewayPath);
    }
  });
});
