import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { without } from "../support/json.ts";

describe("checkChallenge", () => {
  const digest = wire.bodyDigest(Buffer.from("hello"));
  const challenge: wire.EchoedChallenge = { id: "x", expires: 1000, method: "POST", path: "/a", digest };
  const request: wire.ChallengedRequest = { method: "POST", url: "https://shop.example/a?x=1", digest };

  it("lets the answer to this request pass until the challenge expires", () => {
    expect(wire.checkChallenge(challenge, request, 1000)).to.equal(undefined);
    expect(wire.checkChallenge({ ...challenge, expires: 1001 }, request, 1001)).to.equal(undefined);
    const unbound = without(challenge, "digest");
    expect(wire.checkChallenge(unbound, request, 0)).to.equal(undefined);
  });

  it("refuses an expired one, another method, path or body", () => {
    const bodiless = without(request, "digest");
    const refused: [wire.EchoedChallenge, wire.ChallengedRequest, number][] = [
      [challenge, request, 1001],
      [{ ...challenge, expires: NaN }, request, 0],
      [challenge, { ...request, method: "GET" }, 0],
      [challenge, { ...request, url: "https://shop.example/b" }, 0],
      [challenge, { ...request, digest: wire.bodyDigest(Buffer.from("other")) }, 0],
      [challenge, bodiless, 0],
    ];
    for (const each of refused) {
      expect(wire.checkChallenge(...each)).to.include({ code: "malformed-payment", challengeAtFault: true });
    }
  });

  it("knows the digest of RFC 9530's example", () => {
    // RFC 9530, appendix B.1: the representation {"hello": "world"} and a line feed.
    expect(wire.bodyDigest(Buffer.from('{"hello": "world"}\n'))).to.equal(
      "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
    );
  });
});
