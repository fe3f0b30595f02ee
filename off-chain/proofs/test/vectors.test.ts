import { readFileSync } from "node:fs";
import { expect } from "chai";
import { text } from "../../../test/vectors/generate.ts";
import { domainSeparator } from "../src/domain.ts";
import { toHex } from "../src/hex.ts";
import * as proofs from "../src/index.ts";
import { withEachCurve } from "./support/curves.ts";
import { file, functions, messageOf, vectors } from "./support/vectors.ts";

describe("the test vectors", () => {
  it("are what their generator makes", () => {
    expect(readFileSync(file, "utf8")).to.equal(text());
  });

  it("are there in numbers", () => {
    expect(vectors.channels.length).to.be.greaterThan(20);
    expect(vectors.messages.length).to.be.greaterThan(15);
    expect(vectors.negatives.length).to.be.greaterThan(90);
  });

  for (const { name, address, privateKey } of vectors.accounts) {
    withEachCurve(`give the address of ${name}`, () => {
      expect(proofs.addressOf(privateKey)).to.equal(address);
    });
  }

  for (const { chainId, contract, separator } of vectors.domains) {
    it(`give the domain separator of ${contract} on chain ${chainId}`, () => {
      expect(toHex(domainSeparator({ chainId: BigInt(chainId), contract })!)).to.equal(separator);
    });
  }

  for (const channel of vectors.channels) {
    const { name, chainId, contract, terms, authorization } = channel;
    it(`give encoding, id, signing sides and nonce: ${name}, ${contract} on chain ${chainId}`, () => {
      expect(proofs.parseTerms(terms)).to.deep.equal(terms);
      expect(proofs.encodeTerms(terms)).to.equal(channel.encoded);
      expect(proofs.channelId(terms, { chainId: BigInt(chainId), contract })).to.equal(channel.id);
      expect(proofs.senderSide(terms)).to.equal(channel.senderSide);
      expect(proofs.receiverSide(terms)).to.equal(channel.receiverSide);
      expect(proofs.authorizationNonce(channel.id, authorization.nonceSalt)).to.equal(authorization.nonce);
    });
  }

  const keyOf = (signer: string) => vectors.accounts.find((each) => each.address === signer)!.privateKey;

  for (const vector of vectors.messages) {
    const { digest, verify, sign } = functions[vector.type];
    withEachCurve(`give digest and signature, and verify: ${vector.name}`, () => {
      const message = messageOf(vector);
      expect(digest(message)).to.equal(vector.digest);
      expect(sign(message, keyOf(vector.signer))).to.equal(vector.signature);
      expect(verify(message, vector.signature, vector.signer)).to.equal(true);
      expect(proofs.recover(vector.digest, vector.signature)).to.equal(vector.signer);
      expect(proofs.parseSignature(vector.signature)).to.equal(vector.signature);
    });
  }

  for (const vector of vectors.negatives) {
    const { digest, verify } = functions[vector.type];
    withEachCurve(`are refused: ${vector.name}`, () => {
      const message = messageOf(vector);
      expect(digest(message)).to.equal(vector.digest);
      expect(verify(message, vector.signature, vector.signer)).to.equal(false);
      expect(proofs.recover(vector.digest, vector.signature)).not.to.equal(vector.signer);
    });
  }
});
