import { expect } from "chai";

import { backoff, retryAfterIn } from "../../src/http/again.ts";
import { readRefusal } from "../../src/http/dialect.ts";
import { reactTo } from "../../src/paying-fetch/refusal.ts";

describe("asking again", () => {
  const after = (text: string) => new Headers({ "retry-after": text });
  const patience = { retries: 5, confirmation: 60_000 };

  it("waits longer each time, and never longer than ten seconds", () => {
    expect([0, 1, 2, 6, 7, 20].map((attempt) => backoff(attempt))).to.deep.equal([100, 200, 400, 6400, 10_000, 10_000]);
    expect([0, 1, 2].map((attempt) => backoff(attempt, 3000))).to.deep.equal([3000, 6000, 10_000]);
    expect(backoff(0, 86_400_000)).to.equal(10_000);
    expect(backoff(0, 0), "nor at once").to.equal(100);
  });

  it("reads the time that a receiver asks for, in seconds alone", () => {
    expect(retryAfterIn(after("3"))).to.equal(3000);
    expect(retryAfterIn(after("0"))).to.equal(0);
    for (const text of ["Fri, 27 Nov 2026 08:00:00 GMT", "-1", "1.5", "1e3", ""]) {
      expect(retryAfterIn(after(text)), text).to.equal(undefined);
    }
    expect(retryAfterIn(new Headers())).to.equal(undefined);
  });

  it("does so where a payment is refused for a while", async () => {
    const busy = async (headers: Record<string, string>) =>
      (await readRefusal(new Response("", { status: 503, headers })))!;
    expect(reactTo(await busy({ "retry-after": "3" }), 2, 0, patience)).to.deep.equal({ kind: "again", pause: 3000 });
    expect(reactTo(await busy({ "retry-after": "900" }), 0, 0, patience)).to.deep.equal({
      kind: "again",
      pause: 10_000,
    });
    expect(reactTo(await busy({}), 2, 0, patience)).to.deep.equal({ kind: "again", pause: 400 });
    expect(reactTo(await busy({}), 5, 0, patience).kind).to.equal("give-up");
  });
});
