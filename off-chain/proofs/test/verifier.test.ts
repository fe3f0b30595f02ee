import { expect } from "chai";
import { Signature, SigningKey, TypedDataEncoder, concat, toBeHex } from "ethers";
import fc from "fast-check";
import * as proofs from "../src/index.ts";
import { garbage, hash, manager, privateKey, uint256 } from "./support/arbitrary.ts";
import { withEachCurve } from "./support/curves.ts";
import { messageOf, vectors } from "./support/vectors.ts";

const vector = vectors.messages[0]!;
const proof = messageOf(vector);
const { chainId, contract, channelId, balance } = proof;

describe("verification", () => {
  it("accepts what ethers signs for any proof, and by its signer alone", () => {
    fc.assert(
      fc.property(manager, hash, uint256, privateKey, (where, id, amount, key) => {
        const message = { ...where, channelId: id, balance: amount };
        const domain = proofs.typedData.domain(where);
        const digest = TypedDataEncoder.hash(domain, proofs.typedData.types.BalanceProof, {
          channelId: id,
          balance: amount,
        });
        const signature = new SigningKey(key).sign(digest).serialized;
        const signer = proofs.addressOf(key);
        expect(proofs.verifyBalanceProof(message, signature, signer)).to.equal(true);
        expect(proofs.createVerifier(where).verifyBalanceProof(id, amount, signature, signer)).to.equal(true);
        expect(proofs.verifyBalanceProof(message, signature, vector.signer)).to.equal(false);
        expect(proofs.verifyBalanceProof({ ...message, balance: amount ^ 1n }, signature, signer)).to.equal(false);
      }),
      { numRuns: 30 },
    );
  });

  it("takes the signer and the signature in any case", () => {
    const loud = `0x${vector.signature.slice(2).toUpperCase()}`;
    const signer: proofs.Hex = `0x${vector.signer.slice(2).toUpperCase()}`;
    expect(proofs.verifyBalanceProof(proof, loud, signer)).to.equal(true);
    expect(proofs.createVerifier(proof).verifyBalanceProof(channelId, balance, loud, signer)).to.equal(true);
  });

  withEachCurve("answers false to any garbage in any place, and never throws", () => {
    const verifier = proofs.createVerifier(proof);
    const good = { ...proof, amount: 1n, deadline: 1n };
    fc.assert(
      fc.property(garbage, garbage, (one, two) => {
        const text = one as string;
        const address = one as proofs.Address;
        for (const verify of [proofs.verifyBalanceProof, proofs.verifyClosingAgreement, proofs.verifyCloseRequest]) {
          expect(verify(good, text, vector.signer)).to.equal(false);
          expect(verify(one as never, vector.signature, vector.signer)).to.equal(false);
          expect(verify({ ...good, channelId: one } as never, two as string, vector.signer)).to.equal(false);
        }
        for (const member of ["chainId", "contract", "channelId", "balance"]) {
          expect(proofs.verifyBalanceProof({ ...proof, [member]: one }, vector.signature, vector.signer)).to.equal(
            false,
          );
        }
        expect(proofs.verifyBalanceProof(proof, vector.signature, address)).to.equal(false);
        expect(verifier.verifyBalanceProof(address, balance, vector.signature, vector.signer)).to.equal(false);
        expect(verifier.verifyBalanceProof(channelId, one as bigint, vector.signature, vector.signer)).to.equal(false);
        expect(verifier.verifyBalanceProof(channelId, balance, text, vector.signer)).to.equal(false);
        expect(verifier.verifyBalanceProof(channelId, balance, vector.signature, address)).to.equal(false);
        expect(proofs.recover(one as proofs.Hex, two as string)).to.equal(undefined);
      }),
      { numRuns: 60 },
    );
  });

  it("recovers nobody from what is no signature", () => {
    expect(proofs.recover(vector.digest, `0x${"00".repeat(65)}`)).to.equal(undefined);
    expect(proofs.recover("0x12", vector.signature)).to.equal(undefined);
  });

  it("never takes the zero address for a signer, whatever the signature", () => {
    for (const { signature } of [...vectors.messages, ...vectors.negatives]) {
      expect(proofs.verifyBalanceProof(proof, signature, proofs.ZERO_ADDRESS)).to.equal(false);
      expect(
        proofs.createVerifier(proof).verifyBalanceProof(channelId, balance, signature, proofs.ZERO_ADDRESS),
      ).to.equal(false);
    }
  });
});

describe("a verifier that remembers keys", () => {
  const home = { chainId, contract };
  const ours = ({ type, chainId: chain, contract: at }: (typeof vectors.messages)[number]) =>
    type === "BalanceProof" && chain === chainId.toString() && at === contract;

  withEachCurve("gives the same answers when it knows the key already", () => {
    const verifier = proofs.createVerifier(home);
    for (let round = 0; round < 2; round++) {
      for (const each of vectors.messages.filter(ours)) {
        const message = messageOf(each);
        expect(verifier.verifyBalanceProof(message.channelId, message.balance, each.signature, each.signer)).to.equal(
          true,
        );
      }
      for (const each of vectors.negatives.filter(ours)) {
        const message = messageOf(each);
        expect(
          verifier.verifyBalanceProof(message.channelId, message.balance, each.signature, each.signer),
          each.name,
        ).to.equal(false);
      }
    }
  });

  withEachCurve("refuses a flipped v from a signer whose key it knows, as the contract would", () => {
    const verifier = proofs.createVerifier(home);
    expect(verifier.verifyBalanceProof(channelId, balance, vector.signature, vector.signer)).to.equal(true);
    const { r, s, v } = Signature.from(vector.signature);
    const flipped = concat([r, s, toBeHex(v === 27 ? 28 : 27)]);
    expect(verifier.verifyBalanceProof(channelId, balance, flipped, vector.signer)).to.equal(false);
    expect(verifier.verifyBalanceProof(channelId, balance, vector.signature, vector.signer)).to.equal(true);
  });

  it("is not misled by a proof that failed", () => {
    const verifier = proofs.createVerifier(home);
    const stranger = vectors.accounts[5]!;
    const forged = proofs.signBalanceProof(proof, stranger.privateKey);
    expect(verifier.verifyBalanceProof(channelId, balance, forged, vector.signer)).to.equal(false);
    expect(verifier.verifyBalanceProof(channelId, balance, forged, vector.signer)).to.equal(false);
    expect(verifier.verifyBalanceProof(channelId, balance, vector.signature, vector.signer)).to.equal(true);
    expect(verifier.verifyBalanceProof(channelId, balance, forged, stranger.address)).to.equal(true);
  });

  it("still answers right when it has forgotten", () => {
    const verifier = proofs.createVerifier(home, 2);
    const signed = vectors.accounts.map(({ address, privateKey: key }) => ({
      address,
      by: proofs.signBalanceProof(proof, key),
    }));
    for (let round = 0; round < 3; round++) {
      for (const { address, by } of signed) {
        expect(verifier.verifyBalanceProof(channelId, balance, by, address)).to.equal(true);
        expect(verifier.verifyBalanceProof(channelId, balance, by, signed[round === 0 ? 3 : 4]!.address)).to.equal(
          address === signed[round === 0 ? 3 : 4]!.address,
        );
      }
    }
  });

  it("belongs to one manager", () => {
    const elsewhere = [
      { ...home, chainId: 8453n },
      { ...home, contract: vectors.domains[1]!.contract },
    ];
    for (const other of elsewhere) {
      expect(
        proofs.createVerifier(other).verifyBalanceProof(channelId, balance, vector.signature, vector.signer),
      ).to.equal(false);
    }
    expect(() => proofs.createVerifier({ chainId: 1n, contract: "0x12" })).to.throw(proofs.ParseError);
  });
});
