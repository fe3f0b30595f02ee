import { expect } from "chai";
import * as wire from "../../src/index.ts";
import * as sample from "../support/samples.ts";

const { channelId, signature, contract, receiver, sender } = sample;

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
