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
});
