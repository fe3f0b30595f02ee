import { ParseError } from "@rmps/proofs";
import { expect } from "chai";
import fc from "fast-check";
import { base64, base64url, fromBase64, fromBase64url, utf8 } from "../src/json/base64.ts";

/** Texts of the characters of both alphabets, padding and others, of any length. */
const almost = fc.string({ unit: fc.constantFrom(..."AQgw+/-_=. "), maxLength: 12 });

describe("base64 and base64url", () => {
  it("write and read any text, as Node does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (text) => {
        const bytes = utf8(text);
        expect(base64(bytes)).to.equal(Buffer.from(bytes).toString("base64"));
        expect(base64url(bytes)).to.equal(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64(base64(bytes))).to.equal(text);
        expect(fromBase64url(base64url(bytes))).to.equal(text);
      }),
      { examples: [[""], ["x".repeat(4096)], ["x".repeat(4097)]] },
    );
  });

  it("take nothing but whole groups, the last one shorter or padded by the rules", () => {
    const standard = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
    const urlSafe = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;
    const refusal = (read: (text: string) => string, text: string): string | undefined => {
      try {
        read(text);
        return undefined;
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        return error.message === "not UTF-8" ? undefined : error.message;
      }
    };
    fc.assert(
      fc.property(almost, (text) => {
        expect(refusal(fromBase64, text)).to.equal(standard.test(text) ? undefined : "not base64");
        expect(refusal(fromBase64url, text)).to.equal(urlSafe.test(text) ? undefined : "not base64url");
      }),
      { numRuns: 2000, examples: [["===="], ["A==="], ["AA=A"], ["AAAA=="], ["AAAAA"], ["AA"], ["AAA"]] },
    );
  });
});
