import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { changed, fromBase64, toBase64 } from "../support/json.ts";
import * as sample from "../support/samples.ts";

const { channelId, sender } = sample;

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
