import { expect } from "chai";
import { SigningKey } from "ethers";
import fc from "fast-check";
import { currentCurve } from "../src/index.ts";
import { curves } from "./support/curves.ts";
import { hash, privateKey } from "./support/arbitrary.ts";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.slice(2), "hex"));
const ORDER = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const FIELD = "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";

describe("the curve", () => {
  it("is the native one in Node", () => {
    expect(curves.map(({ name }) => name)).to.deep.equal(["libsecp256k1", "noble"]);
    expect(currentCurve().name).to.equal("libsecp256k1");
  });

  it("makes the same keys and signatures in both implementations, and as ethers does", () => {
    fc.assert(
      fc.property(privateKey, hash, (key, digest) => {
        const expected = new SigningKey(key);
        const { r, s, yParity } = expected.sign(digest);
        for (const curve of curves) {
          expect(curve.publicKey(bytes(key))).to.deep.equal(bytes(expected.publicKey));
          const { rs, parity } = curve.sign(bytes(digest), bytes(key));
          expect(Buffer.from(rs).toString("hex")).to.equal(r.slice(2) + s.slice(2));
          expect(parity).to.equal(yParity);
        }
      }),
      { numRuns: 40 },
    );
  });

  /** What each implementation recovers, as hex, or undefined. */
  const recovered = (digest: Uint8Array, rs: Uint8Array, parity: number) =>
    curves.map((curve) => {
      const out = new Uint8Array(65);
      return curve.recover(digest, rs, parity, out) ? Buffer.from(out).toString("hex") : undefined;
    });

  it("recovers the same key, or none, from any 64 bytes in both", () => {
    const word = fc.oneof(
      hash,
      fc.constantFrom(`0x${"00".repeat(32)}`, `0x${"00".repeat(31)}01`, ORDER, FIELD, `0x${"ff".repeat(32)}`),
      fc.bigInt({ min: -3n, max: 3n }).map((near) => `0x${(BigInt(ORDER) + near).toString(16)}`),
    );
    let found = 0;
    fc.assert(
      fc.property(hash, word, word, fc.constantFrom(0, 1), (digest, r, s, parity) => {
        const rs = bytes(r + s.slice(2));
        const [native, portable] = recovered(bytes(digest), rs, parity);
        expect(native).to.equal(portable);
        if (native !== undefined) found++;
      }),
      { numRuns: 300 },
    );
    expect(found, "some of them are signatures").to.be.greaterThan(5);
  });

  it("recovers the signer by the right parity only", () => {
    fc.assert(
      fc.property(privateKey, hash, (key, digest) => {
        const publicKey = Buffer.from(bytes(new SigningKey(key).publicKey)).toString("hex");
        const { rs, parity } = curves[0]!.sign(bytes(digest), bytes(key));
        expect(recovered(bytes(digest), rs, parity)).to.deep.equal([publicKey, publicKey]);
        for (const other of recovered(bytes(digest), rs, 1 - parity)) expect(other).not.to.equal(publicKey);
      }),
      { numRuns: 30 },
    );
  });

  it("agrees on which 32 bytes are a private key", () => {
    const edges = [0n, 1n, BigInt(ORDER) - 1n, BigInt(ORDER), BigInt(ORDER) + 1n, 2n ** 256n - 1n];
    const answers = edges.map((edge) => {
      const key = bytes(`0x${edge.toString(16).padStart(64, "0")}`);
      return curves.map((curve) => curve.isPrivateKey(key));
    });
    expect(answers).to.deep.equal([false, true, true, false, false, false].map((each) => [each, each]));
  });
});
