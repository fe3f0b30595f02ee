import { createHash, createHmac } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { hmacSha256, sha256 } from "../src/index.ts";

describe("sha256 and hmacSha256", () => {
  it("agree with Node's", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (key, data) => {
        expect(Buffer.from(sha256(data))).to.deep.equal(createHash("sha256").update(data).digest());
        expect(Buffer.from(hmacSha256(key, data))).to.deep.equal(createHmac("sha256", key).update(data).digest());
      }),
    );
  });
});
