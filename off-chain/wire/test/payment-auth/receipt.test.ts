import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { changed, fromBase64url, toBase64url } from "../support/json.ts";
import * as sample from "../support/samples.ts";

const { channelId, contract } = sample;

describe("a Payment receipt", () => {
  it("has the documented members, and is read as it was written", () => {
    const headers = wire.writeReceipt("payment", { ...sample.receipt, challengeId: "abc" });
    expect(headers["Cache-Control"]).to.equal("private");
    expect(fromBase64url(headers["Payment-Receipt"]!)).to.deep.equal({
      method: "rmps",
      intent: "session",
      status: "success",
      timestamp: "2030-01-01T00:00:00.000Z",
      reference: channelId,
      challengeId: "abc",
      channelId,
      acceptedCumulative: "40",
      spent: "30",
      chainId: 31337,
    });
    const receipt = { dialect: "payment", channelId, chainId: 31337n, accepted: 40n, spent: 30n };
    expect(wire.readReceipt(headers)).to.deep.equal({ kind: "receipt", receipt });
  });

  it("needs a chain id that fits", () => {
    const far = { ...sample.receipt, manager: { chainId: 2n ** 53n, contract } };
    expect(() => wire.writeReceipt("payment", far)).to.throw(RangeError);
  });

  it("comes with success only", () => {
    for (const status of [200, 206, 299])
      expect(wire.writeReceipt("payment", sample.receipt, status)).to.have.property("Payment-Receipt");
    for (const status of [199, 304, 402, 418, 500]) {
      expect(wire.writeReceipt("payment", sample.receipt, status)).to.deep.equal({ "Cache-Control": "private" });
    }
  });

  it("is malformed where a member is missing or bad", () => {
    const good = fromBase64url(wire.writeReceipt("payment", sample.receipt)["Payment-Receipt"]!);
    for (const [name, value] of [
      ["method", "tempo"],
      ["channelId", undefined],
      ["acceptedCumulative", 40],
      ["spent", "-1"],
      ["chainId", "31337"],
    ] as const) {
      expect(wire.readReceipt({ "payment-receipt": toBase64url(changed(good, name, value)) }).kind, name).to.equal(
        "malformed",
      );
    }
    expect(wire.readReceipt({ "payment-receipt": "?" }).kind).to.equal("malformed");
  });
});
