import { expect } from "chai";
import { RateLimit } from "../../src/door/rate-limit.ts";

describe("A rate limit", () => {
  let now = 0;
  const limit = (perSecond: number, burst: number, maxKeys?: number) =>
    new RateLimit({ perSecond, burst }, () => now, maxKeys);

  beforeEach(() => (now = 1e6));

  it("takes a burst, then as many a second as it says", () => {
    const rate = limit(10, 5);
    for (let i = 0; i < 5; i++) expect(rate.take("a")).to.equal(0);
    expect(rate.take("a")).to.equal(1);
    now += 100;
    expect(rate.take("a")).to.equal(0);
    expect(rate.take("a")).to.equal(1);
    now += 10_000;
    for (let i = 0; i < 5; i++) expect(rate.take("a")).to.equal(0);
    expect(rate.take("a")).to.equal(1);
  });

  it("takes a whole burst at any moment: clocks show fractions, and their sums are rounded", () => {
    for (const [perSecond, burst] of [
      [0.001, 1],
      [20, 200],
      [3, 7],
    ] as const) {
      for (now of [49_000.1, 123_456.789012, 599_999.999999, 86_400_000.123457, 1_800_000_000_000.7]) {
        for (let step = 0; step < 50; step++, now += Math.PI) {
          const rate = limit(perSecond, burst);
          for (let i = 0; i < burst; i++) expect(rate.take("a"), `${i} at ${now}`).to.equal(0);
          expect(rate.take("a"), `at ${now}`).to.be.above(0);
        }
      }
    }
  });

  it("says in how many seconds there is a token", () => {
    const rate = limit(0.1, 1);
    expect(rate.take("a")).to.equal(0);
    expect(rate.take("a")).to.equal(10);
    now += 7_500;
    expect(rate.take("a")).to.equal(3);
  });

  it("keeps keys apart", () => {
    const rate = limit(1, 1);
    expect(rate.take("a")).to.equal(0);
    expect(rate.take("b")).to.equal(0);
    expect(rate.take("a")).to.equal(1);
  });

  it("takes tokens back", () => {
    const rate = limit(1, 2);
    for (let i = 0; i < 1000; i++) {
      expect(rate.take("a")).to.equal(0);
      rate.giveBack("a");
    }
    rate.giveBack("unknown");
    expect(rate.take("unknown")).to.equal(0);
  });

  it("forgets what is full again, and in any case remembers no more than it may", () => {
    const rate = limit(1, 1, 100);
    for (let i = 0; i < 100; i++) rate.take(`early ${i}`);
    now += 2_000;
    for (let i = 0; i < 50; i++) rate.take(`late ${i}`);
    expect(rate.size).to.equal(50);
    for (let i = 0; i < 10_000; i++) {
      rate.take(`flood ${i}`);
      expect(rate.size).to.be.at.most(100);
    }
  });

  it("refuses rates by which nothing could happen", () => {
    for (const [perSecond, burst] of [
      [0, 1],
      [-1, 1],
      [NaN, 1],
      [1, 0],
    ] as const) {
      expect(() => limit(perSecond, burst)).to.throw(RangeError);
    }
  });
});
