import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../src/index.ts";
import { without } from "./support/json.ts";
import * as sample from "./support/samples.ts";

const { channelId, signature, contract, receiver, sender, token } = sample;

const paid = { "RDN-Channel-Id": channelId, "RDN-Sender-Balance": "20", "RDN-Balance-Signature": signature };

const malformed = (headers: wire.HeadersLike) => {
  const reading = wire.readPayment(headers);
  if (reading.kind !== "malformed") throw new Error(`was read as ${reading.kind}`);
  return reading;
};

describe("an RDN payment", () => {
  it("is read from three headers", () => {
    expect(wire.readPayment(paid)).to.deep.equal({
      kind: "payment",
      payment: { dialect: "rdn", channelId, balance: 20n, signature, claims: {} },
    });
  });

  it("may say more, to be checked", () => {
    const headers = {
      ...paid,
      "RDN-Price": "7",
      "RDN-Contract-Address": contract.toUpperCase().replace("0X", "0x"),
      "RDN-Receiver-Address": receiver,
      "RDN-Sender-Address": sender,
    };
    expect(wire.readPayment(headers)).to.deep.equal({
      kind: "payment",
      payment: {
        dialect: "rdn",
        channelId,
        balance: 20n,
        signature,
        maxPrice: 7n,
        claims: { contract, receiver, sender },
      },
    });
  });

  it("is read in lower case whatever the case of its hex", () => {
    const loud = Object.fromEntries(
      Object.entries(paid).map(([name, value]) => [name, value.toUpperCase().replace("0X", "0x")]),
    );
    expect(wire.readPayment(loud)).to.deep.equal(wire.readPayment(paid));
  });

  it("is the same from Node's headers, distinct ones, Web headers and a function", () => {
    const expected = wire.readPayment(paid);
    const lower = Object.fromEntries(Object.entries(paid).map(([name, value]) => [name.toLowerCase(), value]));
    const distinct = Object.fromEntries(Object.entries(lower).map(([name, value]) => [name, [value]]));
    for (const headers of [lower, distinct, new Headers(paid), (name: string) => lower[name]]) {
      expect(wire.readPayment(headers)).to.deep.equal(expected);
    }
  });

  it("is none where no header of a proof is there", () => {
    expect(wire.readPayment({})).to.deep.equal({ kind: "none" });
    expect(wire.readPayment({ "RDN-Price": "7", "RDN-Contract-Address": contract })).to.deep.equal({ kind: "none" });
  });

  for (const missing of Object.keys(paid)) {
    it(`is malformed without ${missing}, which is named`, () => {
      const reading = malformed({ ...paid, [missing]: undefined });
      expect(reading.detail).to.include(missing);
      expect(reading.remedy).to.include(missing);
      expect(reading.dialect).to.equal("rdn");
    });
  }

  const bad: Record<string, string[]> = {
    "RDN-Channel-Id": [
      "",
      "0x",
      "7",
      `${channelId}00`,
      channelId.slice(2),
      `${channelId}, ${channelId}`,
      ` ${channelId}`,
      `0x${"zz".repeat(32)}`,
    ],
    "RDN-Sender-Balance": [
      "",
      " 20",
      "20 ",
      "+20",
      "-1",
      "020",
      "2e1",
      "20.0",
      "0x14",
      "20, 20",
      "２０",
      (2n ** 256n).toString(),
      "9".repeat(5000),
    ],
    "RDN-Balance-Signature": [
      "",
      "0x",
      signature.slice(0, -2),
      `${signature}00`,
      `${signature.slice(0, -2)}00`,
      `${signature.slice(0, -2)}01`,
      `${signature.slice(0, -2)}1d`,
      `0x${"11".repeat(32)}${"ff".repeat(32)}1b`,
      `0x${"00".repeat(32)}${"22".repeat(32)}1b`,
      `${signature},${signature}`,
    ],
    "RDN-Price": ["", "01", "-1", "free", "1, 2"],
    "RDN-Contract-Address": ["", "0x", `${contract}00`, contract.slice(2), `${contract}, ${contract}`],
    "RDN-Receiver-Address": ["", "me", `${receiver} `],
    "RDN-Sender-Address": ["", "0x00", `${sender}\n`],
  };
  for (const [name, values] of Object.entries(bad)) {
    it(`is malformed with a bad ${name}, which is named`, () => {
      for (const value of values) {
        const reading = malformed({ ...paid, [name]: value });
        expect(reading.detail, value).to.include(name);
        expect(reading.remedy, value).not.to.equal("");
      }
    });

    it(`is malformed with two ${name}`, () => {
      const good = { ...paid, "RDN-Price": "7", [name]: values[0]! } as Record<string, string>;
      const one = wire.writePayment({ ...sample.payment, maxPrice: 7n, claims: { contract, receiver, sender } })[name]!;
      malformed({ ...good, [name]: undefined, [name.toLowerCase()]: [one, one] });
      const web = new Headers({ ...good, [name]: one });
      expect(wire.readPayment(web).kind).to.equal("payment");
      web.append(name, one);
      malformed(web);
      // Two spellings of one name in a plain object.
      malformed({ ...good, [name]: one, [name.toLowerCase()]: one });
    });
  }

  it("does not repeat the signature in what it says of it", () => {
    expect(malformed({ ...paid, "RDN-Balance-Signature": `${signature}00` }).detail).not.to.include(
      signature.slice(2, 20),
    );
  });

  it("is written as it is read", () => {
    const full = { ...sample.payment, maxPrice: 7n, claims: { contract, receiver, sender } };
    expect(wire.writePayment(full)).to.deep.equal({
      "RDN-Channel-Id": channelId,
      "RDN-Sender-Balance": "20",
      "RDN-Balance-Signature": signature,
      "RDN-Price": "7",
      "RDN-Contract-Address": contract,
      "RDN-Receiver-Address": receiver,
      "RDN-Sender-Address": sender,
    });
    expect(wire.readPayment(wire.writePayment(full))).to.deep.equal({
      kind: "payment",
      payment: { dialect: "rdn", ...full },
    });
    expect(wire.writePayment(sample.payment)).to.deep.equal(paid);
  });
});

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

describe("an RDN receipt", () => {
  const headers = {
    "Cache-Control": "private",
    "RDN-Gateway-Path": "/api/1",
    "RDN-Cost": "20",
    "RDN-Contract-Address": contract,
    "RDN-Receiver-Address": receiver,
    "RDN-Sender-Address": sender,
    "RDN-Sender-Balance": "40",
    "RDN-Spent": "30",
  };

  it("says what was paid", () => {
    expect(wire.writeReceipt("rdn", sample.receipt)).to.deep.equal(headers);
  });

  it("is read as it was written", () => {
    const receipt = { dialect: "rdn", cost: 20n, sender, accepted: 40n, spent: 30n };
    expect(wire.readReceipt(headers)).to.deep.equal({ kind: "receipt", receipt });
  });

  it("is none without a cost, and malformed where the rest is missing or bad", () => {
    expect(wire.readReceipt({})).to.deep.equal({ kind: "none" });
    for (const name of ["RDN-Sender-Address", "RDN-Sender-Balance", "RDN-Spent"]) {
      expect(wire.readReceipt({ ...headers, [name]: undefined }).kind).to.equal("malformed");
      expect(wire.readReceipt({ ...headers, [name]: "x" }).kind).to.equal("malformed");
    }
    expect(wire.readReceipt({ ...headers, "RDN-Cost": "x" }).kind).to.equal("malformed");
  });
});
