import { expect } from "chai";
import { Signature, Wallet, concat, toBeHex } from "ethers";
import * as proofs from "../src/index.ts";
import { withEachCurve } from "./support/curves.ts";
import { functions, messageOf, vectors } from "./support/vectors.ts";

const [one] = vectors.messages;
const proof = messageOf(one!);
const key = vectors.accounts.find(({ address }) => address === one!.signer)!.privateKey;

/** A wallet that answers something else than its key would sign. */
const answering = (answer: string, address: string = one!.signer): proofs.TypedDataSigner => ({
  getAddress: async () => address,
  signTypedData: async () => answer,
});

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("was expected to be refused");
}

describe("signing", () => {
  withEachCurve("gives the same by key, by key bytes and by an ethers wallet", async () => {
    for (const vector of vectors.messages) {
      const message = messageOf(vector);
      const secret = vectors.accounts.find(({ address }) => address === vector.signer)!.privateKey;
      const { sign } = functions[vector.type];
      expect(sign(message, secret)).to.equal(vector.signature);
      expect(sign(message, proofs.parsePrivateKey(secret))).to.equal(vector.signature);
      expect(await sign(message, new Wallet(secret))).to.equal(vector.signature);
    }
  });

  it("refuses a malformed message or key before anything is signed", () => {
    for (const malformed of [{ ...proof, balance: -1n }, {}, null, undefined]) {
      expect(() => proofs.signBalanceProof(malformed as typeof proof, key)).to.throw(proofs.ParseError);
    }
    expect(() => proofs.signBalanceProof(proof, "0x12")).to.throw(proofs.ParseError, /^not a private key$/);
    expect(() => proofs.signBalanceProof(proof, new Uint8Array(32))).to.throw(proofs.ParseError);
    const never: proofs.TypedDataSigner = {
      getAddress: () => Promise.reject(new Error("asked")),
      signTypedData: () => Promise.reject(new Error("asked")),
    };
    expect(() => proofs.signBalanceProof({ ...proof, balance: 2n ** 256n }, never)).to.throw(proofs.ParseError);
  });

  it("mends the v of wallets that count from 0", async () => {
    const { r, s, yParity } = Signature.from(one!.signature);
    const odd = concat([r, s, toBeHex(yParity, 1)]);
    expect(await proofs.signBalanceProof(proof, answering(odd))).to.equal(one!.signature);
    expect(await proofs.signBalanceProof(proof, answering(`0x${one!.signature.slice(2).toUpperCase()}`))).to.equal(
      one!.signature,
    );
  });

  it("refuses a wallet's proof that is not by its own plain key", async () => {
    const others = ["0x", "0x1234", one!.signature.slice(0, -2), vectors.messages[1]!.signature];
    for (const answer of others) {
      const error = await rejection(proofs.signBalanceProof(proof, answering(answer)));
      expect(error).to.be.instanceOf(proofs.SigningError).with.property("remedy").that.includes("senderSigner");
    }
    const error = await rejection(
      proofs.signBalanceProof(proof, answering(one!.signature, vectors.accounts[5]!.address)),
    );
    expect(error).to.be.instanceOf(proofs.SigningError);
    expect(await rejection(proofs.signBalanceProof(proof, answering("nonsense")))).to.be.instanceOf(
      proofs.SigningError,
    );
  });

  it("passes a contract wallet's agreement or request on unchanged", async () => {
    const message = { ...proof, amount: 1n, deadline: 2n };
    const answer = `0x${"ab".repeat(64)}01`;
    expect(await proofs.signClosingAgreement(message, answering(answer))).to.equal(answer);
    expect(await proofs.signCloseRequest(message, answering(answer))).to.equal(answer);
  });
});
