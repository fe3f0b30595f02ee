import { expect } from "chai";

import { adopt, charge, concede, doubt, refuse } from "../../src/book/moves.ts";
import { spentOf } from "../../src/book/record.ts";
import { makeRecord, take } from "../support/record.ts";

describe("book: what a sender learns from what a receiver proves", () => {
  it("takes a failed request as undone, until the receiver proves that it knows better", () => {
    const record = makeRecord();
    doubt(record, take(record, 10n));
    expect(spentOf(record)).to.equal(0n);
    expect(take(record, 10n)).to.equal(11n);
    expect(concede(record, 10n, 10n), "it was charged after all").to.equal(10n);
    refuse(record, 11n);
    expect(take(record, 10n)).to.equal(20n);
  });

  it("adopts a higher balance of its own, and believes what is spent up to it", () => {
    const record = makeRecord();
    const balance = take(record, 10n);
    expect(adopt(record, 500n, 480n, 10n)).to.equal(true);
    refuse(record, balance);
    expect(spentOf(record)).to.equal(480n);
    expect(take(record, 10n), "there is credit").to.equal(501n);
    expect(adopt(makeRecord(), 500n, 10n ** 20n, 0n)).to.equal(true);
  });

  it("learns nothing from a balance that it knows to have signed", () => {
    const record = makeRecord();
    take(record, 10n);
    expect(adopt(record, 10n, 10n, 10n)).to.equal(false);
    expect(spentOf(record)).to.equal(10n);
    expect(concede(record, 10n, 10n), "nothing was answered").to.equal(0n);
  });

  it("gives credit up once, to a receiver that lost its store, for the price of a request at most", () => {
    const record = makeRecord();
    charge(record, take(record, 10n), 2n); // credit of 8
    charge(record, take(record, 10n), 10n); // it now says: all 12 are spent
    expect(record.balance).to.equal(12n);
    const balance = take(record, 10n);
    expect(concede(record, 12n, 10n), "nothing is missing").to.equal(0n);
    expect(balance).to.equal(22n);
    const poor = makeRecord();
    charge(poor, take(poor, 100n), 0n);
    expect(concede(poor, 100n, 0n), "more than a price").to.equal(0n);
    take(poor, 100n);
    expect(concede(poor, 100n, 100n)).to.equal(100n);
    expect(concede(poor, 100n, 100n), "once").to.equal(0n);
    expect(poor.writtenOff).to.equal(100n);
  });
});
