import { expect } from "chai";
import * as wire from "../../src/index.ts";
import * as sample from "../support/samples.ts";

const { contract, receiver, sender } = sample;

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
