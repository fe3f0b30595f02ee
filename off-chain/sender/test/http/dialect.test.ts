import { ZERO_ADDRESS } from "@rmps/proofs";
import { writeChallenge, type DialectName, type Offer } from "@rmps/wire";
import { expect } from "chai";

import { readOffer } from "../../src/http/dialect.ts";

describe("the offer of a 402 that speaks several dialects", () => {
  const OFFER: Offer = {
    gatewayPath: "/api/1",
    price: 5n,
    manager: { chainId: 31337n, contract: `0x${"12".repeat(20)}` },
    token: `0x${"34".repeat(20)}`,
    receiver: `0x${"56".repeat(20)}`,
    receiverSigner: ZERO_ADDRESS,
    challengePeriod: 3600,
  };
  const context = { url: "http://127.0.0.1/a", method: "GET", expires: 2 ** 31 };
  const challengeKey = new Uint8Array(32);

  const headers = (offer: Offer, ...dialects: DialectName[]) =>
    writeChallenge({ offer }, context, { dialects, challengeKey });
  const read = (...all: Record<string, string>[]) =>
    readOffer(new Headers(all.flatMap((some) => Object.entries(some))));

  for (const dialect of ["payment", "x402"] as const) {
    it(`holds the deposit that is suggested in ${dialect}`, () => {
      const offer = { ...OFFER, suggestedDeposit: 700n };
      expect(read(headers(offer, "rdn", dialect))).to.deep.equal(offer);
    });
  }

  it("holds none where the other dialects offer something else, or nothing that can be read", () => {
    for (const other of [
      { price: 6n },
      { receiver: OFFER.token },
      { receiverSigner: OFFER.token },
      { token: OFFER.receiver },
      { challengePeriod: 7200 },
      { manager: { chainId: 1n, contract: OFFER.manager.contract } },
      { manager: { chainId: 31337n, contract: OFFER.token } },
    ]) {
      const elsewhere = headers({ ...OFFER, ...other, suggestedDeposit: 700n }, "x402");
      expect(read(elsewhere, headers(OFFER, "rdn"))).to.deep.equal(OFFER);
    }
    expect(read(headers(OFFER, "rdn"), { "PAYMENT-REQUIRED": "junk" })).to.deep.equal(OFFER);
    expect(read(headers(OFFER, "rdn"))).to.deep.equal(OFFER);
  });
});
