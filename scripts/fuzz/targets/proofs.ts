import {
  ParseError,
  parseAddress,
  parseAmount,
  parseHash,
  parsePrivateKey,
  parseSignature,
  parseTerms,
  recover,
  verifyBalanceProof,
  verifyCloseRequest,
  verifyClosingAgreement,
} from "@rmps/proofs";

import { mutate, mutateJson } from "../mutate.ts";
import { samples } from "../samples.ts";
import { HEX, must, parses, verifies, type Target } from "./target.ts";

/** What the proofs package reads. */
export const proofTargets: Record<string, Target> = {
  parseAmount: parses(parseAmount, ["0", "1", "20000000000000000", String(2n ** 256n - 1n)], String),
  parseAddress: parses(parseAddress, [samples.address], String),
  parseHash: parses(parseHash, [samples.channelId], String),
  parseSignature: parses(parseSignature, [samples.signature], String),
  parsePrivateKey: parses(
    (text) => parsePrivateKey(text as never),
    [samples.key],
    (bytes) => `0x${Buffer.from(bytes).toString("hex")}`,
  ),
  parseTerms(random) {
    const input = mutateJson(samples.terms, random);
    return {
      input,
      run() {
        try {
          const terms = parseTerms(input as never);
          must(HEX.test(terms.sender) && HEX.test(terms.salt), "terms are in their one form");
        } catch (error) {
          if (!(error instanceof ParseError)) throw error;
        }
      },
    };
  },
  verifyBalanceProof: verifies(
    (signature) => verifyBalanceProof(samples.balanceProof, signature, samples.signer),
    samples.signature,
  ),
  verifyCloseRequest: verifies(
    (signature) => verifyCloseRequest(samples.closing, signature, samples.signer),
    samples.closeRequest,
  ),
  verifyClosingAgreement: verifies(
    (signature) => verifyClosingAgreement(samples.closing, signature, samples.signer),
    samples.agreement,
  ),
  recover(random) {
    const input = mutate(samples.signature, random);
    return {
      input,
      run: () => {
        const who = recover(samples.channelId, input);
        must(who === undefined || HEX.test(who), "an address, or nobody");
      },
    };
  },
};
