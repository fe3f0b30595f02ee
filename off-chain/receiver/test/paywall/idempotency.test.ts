import type { Hex } from "@rmps/proofs";
import { expect } from "chai";
import { idempotencyOf } from "../../src/paywall/idempotency.ts";
import type { RequestFacts } from "../../src/paywall/types.ts";

const CHANNEL: Hex = `0x${"11".repeat(32)}`;
const OTHER: Hex = `0x${"22".repeat(32)}`;

describe("A request with an Idempotency-Key", () => {
  function request(target: string, { method = "GET", body = "" }: { method?: string; body?: string | undefined } = {}) {
    const facts: RequestFacts = {
      method,
      target,
      url: () => `http://shop.example${target}`,
      header: () => undefined,
      secure: true,
      body: () => Promise.resolve(new TextEncoder().encode(body)),
    };
    return facts;
  }
  async function digest(facts: RequestFacts, channel = CHANNEL, key = "key"): Promise<Hex> {
    const known = await idempotencyOf(facts, channel, key);
    if (known.kind !== "digest") throw new Error(`refused: ${known.status}`);
    return known.digest;
  }

  it("is another one with another channel, method, path, query, body or key, and only then", async () => {
    const all = [
      await digest(request("/a")),
      await digest(request("/a"), OTHER),
      await digest(request("/a", { method: "POST" })),
      await digest(request("/b")),
      await digest(request("/a?x=1")),
      await digest(request("/a", { body: "x" })),
      await digest(request("/a"), CHANNEL, "other"),
    ];
    expect(new Set(all).size).to.equal(all.length);
    expect(await digest(request("/a"))).to.equal(all[0]);
  });

  it("is refused where its key is none, or its body is longer than is read", async () => {
    for (const key of ["", "a b", "a\nb", "é", "x".repeat(256)]) {
      expect(await idempotencyOf(request("/a"), CHANNEL, key), key).to.include({ kind: "refused", status: 400 });
    }
    expect(await digest(request("/a"), CHANNEL, "x".repeat(255))).to.match(/^0x/);
    const long = { ...request("/a"), body: () => Promise.resolve(undefined) };
    expect(await idempotencyOf(long, CHANNEL, "key")).to.include({ kind: "refused", status: 413 });
  });
});
