import { createHash, createHmac } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { portableSha256 } from "../src/hash.ts";
import { hmacSha256, sha256 } from "../src/index.ts";

describe("sha256 and hmacSha256", () => {
  it("agree with Node's, in Node and in plain JavaScript", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (key, data) => {
        const hash = new Uint8Array(createHash("sha256").update(data).digest());
        const hmac = new Uint8Array(createHmac("sha256", key).update(data).digest());
        expect([sha256(data), hmacSha256(key, data)]).to.deep.equal([hash, hmac]);
        expect([portableSha256.hash(data), portableSha256.hmac(key, data)]).to.deep.equal([hash, hmac]);
      }),
    );
  });

  it("sees a key whose bytes were changed, and an empty one", () => {
    const data = Uint8Array.of(1, 2, 3);
    const key = new Uint8Array(32).fill(7);
    const before = hmacSha256(key, data);
    key[31] = 8;
    expect(hmacSha256(key, data)).to.deep.equal(portableSha256.hmac(key, data)).and.not.to.deep.equal(before);
    expect(hmacSha256(new Uint8Array(), data)).to.deep.equal(portableSha256.hmac(new Uint8Array(), data));
  });
});
