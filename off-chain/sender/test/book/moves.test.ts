import { expect } from "chai";

import { charge, CLOSED, doubt, end, lose, observe, refuse, reserve } from "../../src/book/moves.ts";
import { spentOf } from "../../src/book/record.ts";
import { makeRecord, take } from "../support/record.ts";

describe("book: the moves of one channel", () => {
  it("signs exactly what is spent plus the price, one on top of the other", () => {
    const record = makeRecord();
    expect(take(record, 10n)).to.equal(10n);
    expect(take(record, 5n)).to.equal(15n);
    expect(take(record, 10n)).to.equal(25n);
    expect(spentOf(record), "requests under way count as spent").to.equal(25n);
  });

  it("counts what sponsoring costs as spent with the first request that covers it and is answered", () => {
    const record = makeRecord(0, 30n);
    record.fee = 7n;
    expect(spentOf(record), "nothing is conceded before").to.equal(0n);
    expect(reserve(record, 24n)).to.deep.equal({ kind: "deposit-too-small", needed: 31n });
    expect(take(record, 10n)).to.equal(17n);
    expect(spentOf(record), "while it is under way").to.equal(17n);
    refuse(record, 17n);
    expect([spentOf(record), record.fee], "the receiver charged nothing").to.deep.equal([0n, 7n]);
    expect(take(record, 10n)).to.equal(17n);
    expect(take(record, 1n), "it is covered once").to.equal(18n);
    charge(record, 18n, 1n);
    charge(record, 17n, 10n);
    expect([spentOf(record), record.fee]).to.deep.equal([18n, 0n]);
    record.fee = 2n;
    expect(take(record, 5n)).to.equal(25n);
  });

  it("counts it where nobody can say what became of that request, and where its charge is undone", () => {
    for (const [move, left] of [
      [lose, 17n],
      [doubt, 7n],
    ] as const) {
      const record = makeRecord();
      record.fee = 7n;
      move(record, take(record, 10n));
      expect([spentOf(record), record.fee]).to.deep.equal([left, 0n]);
    }
  });

  it("counts it not with a request that left before it was owed", () => {
    const record = makeRecord();
    const before = take(record, 10n);
    record.fee = 7n;
    charge(record, before, 10n);
    expect([spentOf(record), record.fee]).to.deep.equal([10n, 7n]);
  });

  it("offers no refused balance again that would not cover what sponsoring costs", () => {
    const record = makeRecord();
    const refused = take(record, 10n);
    refuse(record, refused);
    record.fee = 3n;
    expect(take(record, 10n)).to.equal(13n);
  });

  it("goes on from what is settled on chain", () => {
    const record = makeRecord(0, 100n, 40n);
    expect(take(record, 10n)).to.equal(50n);
  });

  it("asks for more deposit instead of signing above it, and reserves nothing", () => {
    const record = makeRecord(0, 12n);
    take(record, 10n);
    expect(reserve(record, 5n)).to.deep.equal({ kind: "deposit-too-small", needed: 15n });
    expect(record.balance).to.equal(10n);
    expect(record.outstanding).to.have.length(1);
    expect(take(record, 2n), "exactly the deposit").to.equal(12n);
  });

  it("offers a refused balance again before it signs a higher one", () => {
    const record = makeRecord();
    refuse(record, take(record, 10n));
    expect(spentOf(record)).to.equal(0n);
    for (let call = 0; call < 5; call++) {
      expect(take(record, 10n)).to.equal(10n);
      refuse(record, 10n);
    }
    expect(record.balance, "however often it is refused").to.equal(10n);
    expect(take(record, 25n), "a dearer request costs the difference").to.equal(25n);
  });

  it("costs at most the prices in flight where all of many are refused, over and over", () => {
    const record = makeRecord();
    for (let round = 0; round < 4; round++) {
      const balances = Array.from({ length: 16 }, () => take(record, 10n));
      expect(new Set(balances).size, "each balance is for one request").to.equal(16);
      for (const balance of balances) refuse(record, balance);
    }
    expect(record.balance).to.equal(160n);
  });

  it("costs no more where refused requests are followed by others while some are still under way", () => {
    const record = makeRecord();
    const under = [take(record, 10n), take(record, 10n), take(record, 10n)];
    for (let round = 0; round < 20; round++) {
      refuse(record, under.shift()!);
      under.push(take(record, 10n));
    }
    expect(record.balance).to.equal(30n);
  });

  it("offers a refused balance only where it still covers everything up to it", () => {
    const record = makeRecord();
    const [low, high] = [take(record, 10n), take(record, 10n)];
    refuse(record, low);
    expect(take(record, 11n), "the higher one under way would not be covered").to.equal(21n);
    refuse(record, 21n);
    expect(take(record, 10n)).to.equal(low);
    expect(high).to.equal(20n);
  });

  it("spends credit by signing one unit more: no balance buys twice", () => {
    const record = makeRecord();
    charge(record, take(record, 10n), 4n);
    expect(spentOf(record)).to.equal(4n);
    expect(take(record, 6n), "6 would suffice for the sum").to.equal(11n);
  });

  it("does not offer a refused balance below one that was served", () => {
    const record = makeRecord();
    const [low, high] = [take(record, 10n), take(record, 10n)];
    charge(record, high, 10n);
    refuse(record, low);
    expect(take(record, 10n)).to.equal(21n);
  });

  it("counts a request of unknown outcome as spent, and its balance as used", () => {
    const record = makeRecord();
    lose(record, take(record, 10n));
    expect(spentOf(record)).to.equal(10n);
    expect(take(record, 10n)).to.equal(20n);
  });

  it("answers each request once", () => {
    const record = makeRecord();
    const balance = take(record, 10n);
    charge(record, balance, 10n);
    charge(record, balance, 10n);
    lose(record, balance);
    refuse(record, balance);
    expect(spentOf(record)).to.equal(10n);
    expect(record.refused).to.deep.equal([]);
  });

  it("never pays on a channel that is ending", () => {
    const record = makeRecord();
    end(record, { amount: 0n, deadline: 1n, signature: "0x", closesAt: undefined });
    expect(record.ending?.deadline).to.equal(1n);
    expect(reserve(record, 1n)).to.deep.equal({ kind: "ended" });
    observe(record, { deposit: 100n, settled: 0n, closesAt: 0n });
    expect(reserve(record, 1n), "whatever the chain says").to.deep.equal({ kind: "ended" });
    observe(record, { deposit: 100n, settled: 0n, closesAt: CLOSED });
    expect(record.status).to.equal("closed");
    expect(reserve(record, 1n)).to.deep.equal({ kind: "ended" });
  });

  it("remembers of refused balances those that can be offered again, each once", () => {
    const record = makeRecord();
    const [low, middle, high] = [take(record, 10n), take(record, 10n), take(record, 10n)];
    refuse(record, low);
    refuse(record, high);
    refuse(record, high);
    expect(record.refused).to.deep.equal([low, high]);
    charge(record, middle, 10n);
    expect(record).to.deep.include({ refused: [high], answered: middle, accepted: middle });
    expect(take(record, 20n), "it was not under way twice").to.equal(high);
    expect(record.refused, "while it is under way").to.deep.equal([]);
    refuse(record, high);
    refuse(record, high);
    expect(record.refused).to.deep.equal([high]);
  });

  it("offers the lowest of the refused balances that cover the request", () => {
    const record = makeRecord();
    const [low, high] = [take(record, 10n), take(record, 10n)];
    refuse(record, high);
    refuse(record, low);
    expect(take(record, 10n)).to.equal(low);
    const lossy = makeRecord();
    const [first, second] = [take(lossy, 10n), take(lossy, 10n)];
    refuse(lossy, first);
    lose(lossy, second);
    expect(take(lossy, 10n), "what is lost counts, so that the first covers nothing").to.equal(21n);
  });

  it("counts of a fee what is owed, and what the requests under way cover of it", () => {
    const covering = (fee: bigint, ...covered: (bigint | undefined)[]) => {
      const record = { ...makeRecord(), fee, charged: 100n };
      record.outstanding = covered.map((each) => ({
        balance: 1n,
        price: 10n,
        ...(each !== undefined && { fee: each }),
      }));
      return spentOf(record) - 100n - 10n * BigInt(covered.length);
    };
    expect(covering(5n)).to.equal(0n);
    expect(covering(5n, undefined)).to.equal(0n);
    expect(covering(5n, 2n, 3n, undefined, 1n), "the most, once").to.equal(3n);
    expect(covering(2n, 5n), "some was taken back").to.equal(2n);
  });
});
