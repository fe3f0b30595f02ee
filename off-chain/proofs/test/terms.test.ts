import { expect } from "chai";
import { getAddress } from "ethers";
import * as proofs from "../src/index.ts";
import { vectors } from "./support/vectors.ts";

const good = vectors.channels[0]!.terms;

describe("parseTerms", () => {
  it("lowers the case of addresses and takes the period as ethers gives it", () => {
    const shouted: proofs.TermsInput = {
      ...good,
      sender: getAddress(good.sender),
      salt: `0x${good.salt.slice(2).toUpperCase()}`,
      challengePeriod: 3600n,
    };
    expect(proofs.parseTerms(shouted)).to.deep.equal(good);
  });

  it("drops members it does not know", () => {
    expect(proofs.parseTerms({ ...good, extra: 1 } as proofs.TermsInput)).to.deep.equal(good);
  });

  it("takes the bounds of the challenge period and nothing beyond", () => {
    for (const challengePeriod of [900, 2_592_000, 900n, 2_592_000n]) {
      expect(proofs.parseTerms({ ...good, challengePeriod }).challengePeriod).to.equal(Number(challengePeriod));
    }
    for (const challengePeriod of [
      899,
      2_592_001,
      899n,
      2_592_001n,
      2n ** 64n,
      -900,
      0,
      900.5,
      NaN,
      Infinity,
      "3600",
      null,
      undefined,
    ]) {
      expect(() => proofs.parseTerms({ ...good, challengePeriod } as proofs.TermsInput)).to.throw(
        proofs.ParseError,
        "challengePeriod",
      );
    }
    expect(proofs.MIN_CHALLENGE_PERIOD).to.equal(900);
    expect(proofs.MAX_CHALLENGE_PERIOD).to.equal(2_592_000);
  });

  for (const name of ["sender", "receiver", "token"] as const) {
    it(`refuses a ${name} that is zero`, () => {
      expect(() => proofs.parseTerms({ ...good, [name]: proofs.ZERO_ADDRESS })).to.throw(proofs.ParseError, name);
    });
  }

  for (const name of ["sender", "senderSigner", "receiver", "receiverSigner", "token", "salt"] as const) {
    it(`refuses a ${name} that is missing or malformed, naming it`, () => {
      for (const value of [undefined, null, "", "0x", `${good[name]}00`, 5]) {
        expect(() => proofs.parseTerms({ ...good, [name]: value })).to.throw(proofs.ParseError, name);
      }
    });
  }

  it("refuses what is no object", () => {
    for (const value of [null, undefined, "terms", 5]) {
      expect(() => proofs.parseTerms(value as unknown as proofs.TermsInput)).to.throw(proofs.ParseError);
    }
  });
});
