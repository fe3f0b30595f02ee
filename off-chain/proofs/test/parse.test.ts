import { expect } from "chai";
import fc from "fast-check";
import * as proofs from "../src/index.ts";
import { garbage, uint256 } from "./support/arbitrary.ts";
import { vectors } from "./support/vectors.ts";

const refuses = (parse: (text: never) => unknown, values: unknown[]) => {
  for (const value of values) {
    const error = expect(() => parse(value as never), String(value)).to.throw(proofs.ParseError);
    error.with.property("remedy").that.is.not.empty;
  }
};

describe("parseAmount", () => {
  it("reads every uint256 in its canonical form", () => {
    fc.assert(fc.property(uint256, (amount) => proofs.parseAmount(amount.toString()) === amount));
  });

  it("refuses everything else", () => {
    refuses(proofs.parseAmount, [
      "",
      " 1",
      "1 ",
      "1\n",
      "+1",
      "-1",
      "-0",
      "00",
      "01",
      "1e3",
      "1.0",
      "1_000",
      "1,000",
      "0x10",
      "0b1",
      "١",
      "１",
      "NaN",
      "Infinity",
      (2n ** 256n).toString(),
      "9".repeat(78),
      "1".repeat(79),
      "1".repeat(100_000),
      1,
      1n,
      null,
      undefined,
      ["1"],
    ]);
  });
});

describe("parseAddress and parseHash", () => {
  const address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
  const hash = `0x${"aB".repeat(32)}`;

  it("take any case and give lower case", () => {
    expect(proofs.parseAddress(address)).to.equal(address.toLowerCase());
    expect(proofs.parseAddress(`0x${address.slice(2).toUpperCase()}`)).to.equal(address.toLowerCase());
    expect(proofs.parseHash(hash)).to.equal(hash.toLowerCase());
  });

  it("refuse everything else", () => {
    const bad = (good: string) => [
      good.slice(2),
      `0X${good.slice(2)}`,
      good.slice(0, -1),
      `${good}0`,
      `${good}00`,
      ` ${good}`,
      `${good} `,
      `${good.slice(0, -1)}g`,
      `${good.slice(0, -1)}\u0660`,
      `${good.slice(0, -1)}é`,
      "",
      "0x",
      null,
      undefined,
      5,
      [good],
    ];
    refuses(proofs.parseAddress, [...bad(address), hash]);
    refuses(proofs.parseHash, [...bad(hash), address]);
  });
});

describe("parseSignature", () => {
  it("gives the one canonical form", () => {
    for (const { signature } of vectors.messages) {
      expect(proofs.parseSignature(`0x${signature.slice(2).toUpperCase()}`)).to.equal(signature);
    }
  });

  it("takes s up to half of the order, and nothing above", () => {
    const half = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    const withS = (s: string) => `0x${"00".repeat(31)}01${s}1b`;
    expect(proofs.parseSignature(withS(half))).to.equal(withS(half));
    refuses(proofs.parseSignature, [withS(half.replace(/a0$/, "a1")), withS(half.replace(/^7fff/, "8000"))]);
  });

  it("refuses every form that the contract refuses, and does not repeat it", () => {
    const forms = /high s|v (0|1|26|29|counted|of)|bytes|empty|zero|all ones|s the order|s just above/;
    const bad = vectors.negatives.filter(({ name }) => /^(BalanceProof|CloseRequest): /.test(name) && forms.test(name));
    expect(bad.length).to.be.greaterThan(30);
    for (const { name, signature } of bad) {
      if (/zero address/.test(name)) continue;
      const error = expect(() => proofs.parseSignature(signature), name).to.throw(proofs.ParseError);
      if (signature.length > 2) error.with.property("message").that.does.not.include(signature.slice(2, 20));
    }
  });
});

describe("parsePrivateKey", () => {
  const order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

  it("takes text and bytes, and gives a copy", () => {
    const key = proofs.parsePrivateKey(vectors.accounts[0]!.privateKey);
    expect(key).to.deep.equal(new Uint8Array(Buffer.from(vectors.accounts[0]!.privateKey.slice(2), "hex")));
    const copy = proofs.parsePrivateKey(key);
    expect(copy).to.deep.equal(key);
    expect(copy).not.to.equal(key);
  });

  it("refuses zero, the order and above, other lengths, and keeps the key to itself", () => {
    const almost = `${vectors.accounts[0]!.privateKey}00`;
    refuses(proofs.parsePrivateKey, [
      `0x${"00".repeat(32)}`,
      order,
      `0x${"ff".repeat(32)}`,
      almost,
      vectors.accounts[0]!.privateKey.slice(2),
      new Uint8Array(31).fill(1),
      new Uint8Array(33).fill(1),
      new Uint8Array(32),
      "",
      undefined,
      null,
    ]);
    expect(() => proofs.parsePrivateKey(almost))
      .to.throw(proofs.ParseError)
      .with.property("message")
      .that.does.not.include(almost.slice(2, 10));
  });
});

describe("parsers", () => {
  it("throw nothing but ParseError, whatever they get", () => {
    const parsers: ((text: never) => unknown)[] = [
      proofs.parseAmount,
      proofs.parseAddress,
      proofs.parseHash,
      proofs.parseSignature,
      proofs.parsePrivateKey,
      proofs.parseTerms,
    ];
    fc.assert(
      fc.property(garbage, (value) => {
        for (const parse of parsers) {
          try {
            parse(value as never);
          } catch (error) {
            expect(error).to.be.instanceOf(proofs.ParseError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
