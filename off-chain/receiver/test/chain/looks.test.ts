import { expect } from "chai";
import type { Hex } from "@rmps/proofs";
import { Looks } from "../../src/chain/watcher/looks.ts";

const id = (n: number): Hex => `0x${n.toString(16).padStart(64, "0")}`;

describe("looks for unknown channels", () => {
  let now: number;
  let looks: Looks;

  beforeEach(() => {
    now = 1_000_000;
    looks = new Looks(5, () => now);
  });

  const allowed = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => looks.allow(id(from + n), id(99))).filter(Boolean).length;

  it("are so many a second over all ids, and no more", () => {
    expect(allowed(100)).to.equal(5);
    now += 400;
    expect(allowed(100, 100)).to.equal(2);
    now += 60_000;
    expect(allowed(100, 200), "what was not used does not pile up").to.equal(5);
  });

  it("are made once for an id and block", () => {
    expect(looks.allow(id(1), id(50))).to.equal(true);
    looks.remember(id(1), id(50));
    expect(looks.allow(id(1), id(50))).to.equal(false);
    expect(looks.allow(id(1), id(51))).to.equal(true);
  });

  it("remember no more than fits, the latest longest", () => {
    for (let n = 0; n < 10_001; n++) looks.remember(id(n), id(50));
    expect(looks.allow(id(0), id(50)), "forgotten").to.equal(true);
    expect(looks.allow(id(10_000), id(50))).to.equal(false);
  });
});
