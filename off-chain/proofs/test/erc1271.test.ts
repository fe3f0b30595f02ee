import { expect } from "chai";
import { Interface, makeError } from "ethers";
import * as proofs from "../src/index.ts";
import { messageOf, vectors } from "./support/vectors.ts";

const erc1271 = new Interface(["function isValidSignature(bytes32,bytes) view returns (bytes4)"]);
const YES = `0x1626ba7e${"00".repeat(28)}`;
const wallet = "0x00000000000000000000000000000000deadbeef";

/** A chain on which `wallet` has code that answers as told. */
function chain(answer: (digest: string, signature: string) => string, code = "0x60") {
  const asked: string[] = [];
  return {
    asked,
    getCode: async () => code,
    async call({ to, data }: { to?: unknown; data?: string | null }) {
      asked.push(String(to));
      const question = erc1271.decodeFunctionData("isValidSignature", data!) as unknown as [string, string];
      expect(data).to.equal(erc1271.encodeFunctionData("isValidSignature", question));
      return answer(...question);
    },
  };
}

const cases = [
  ["ClosingAgreement", proofs.verifyClosingAgreementOnChain, proofs.closingAgreementDigest],
  ["CloseRequest", proofs.verifyCloseRequestOnChain, proofs.closeRequestDigest],
] as const;

for (const [type, verify, digestOf] of cases) {
  const vector = vectors.messages.find((each) => each.type === type)!;
  const message = messageOf(vector);

  describe(`a ${type} checked on chain`, () => {
    it("asks nobody where the ECDSA signature is good", async () => {
      const provider = chain(() => YES);
      expect(await verify(message, vector.signature, vector.signer, provider)).to.equal(true);
      expect(provider.asked).to.deep.equal([]);
    });

    it("asks a signer that has code, with the bytes unchanged, whatever their length", async () => {
      for (const bytes of ["0x", "0x12", `0x${"ab".repeat(32)}`, `0x${"cd".repeat(65)}`, `0x${"ef".repeat(97)}`]) {
        const provider = chain((digest, signature) =>
          digest === digestOf(message) && signature === bytes ? YES : "0x",
        );
        expect(await verify(message, bytes, wallet, provider), bytes).to.equal(true);
        expect(provider.asked).to.deep.equal([wallet]);
      }
    });

    it("asks no plain account, and never the zero address", async () => {
      const provider = chain(() => YES, "0x");
      expect(await verify(message, "0x12", wallet, provider)).to.equal(false);
      const zero = chain(() => YES);
      expect(await verify(message, "0x12", proofs.ZERO_ADDRESS, zero)).to.equal(false);
      expect([...provider.asked, ...zero.asked]).to.deep.equal([]);
    });

    it("takes nothing but the exact magic word for a yes", async () => {
      const answers = [
        "0x",
        "0x1626ba7e",
        `0x${"00".repeat(32)}`,
        `0x${"ff".repeat(32)}`,
        `${YES.slice(0, -1)}1`,
        `0x${"00".repeat(28)}1626ba7e`,
      ];
      for (const answer of answers) {
        expect(
          await verify(
            message,
            "0x12",
            wallet,
            chain(() => answer),
          ),
          answer,
        ).to.equal(false);
      }
      expect(
        await verify(
          message,
          "0x12",
          wallet,
          chain(() => `${YES}${"00".repeat(32)}`),
        ),
      ).to.equal(true);
    });

    it("takes a revert for a no, and passes on that the chain cannot be reached", async () => {
      const reverts = makeError("reverted", "CALL_EXCEPTION", {
        action: "call",
        data: null,
        reason: null,
        transaction: { to: wallet, data: "0x" },
        invocation: null,
        revert: null,
      });
      const throwing = (error: Error) =>
        chain(() => {
          throw error;
        });
      expect(await verify(message, "0x12", wallet, throwing(reverts))).to.equal(false);
      let caught: unknown;
      await verify(message, "0x12", wallet, throwing(new Error("no connection"))).catch(
        (error: unknown) => (caught = error),
      );
      expect(caught).to.be.instanceOf(Error).with.property("message", "no connection");
    });

    it("refuses malformed messages and signatures without asking", async () => {
      const provider = chain(() => YES);
      for (const malformed of [{ ...message, amount: -1n }, undefined, null, {}]) {
        expect(await verify(malformed as typeof message, "0x12", wallet, provider)).to.equal(false);
      }
      for (const signer of ["", "0x12", `${wallet}00`, undefined, null]) {
        expect(await verify(message, "0x12", signer as proofs.Address, provider)).to.equal(false);
      }
      for (const bytes of ["", "0x1", "0xzz", "12", undefined, null]) {
        expect(await verify(message, bytes as string, wallet, provider)).to.equal(false);
      }
      expect(provider.asked).to.deep.equal([]);
    });
  });
}
