import { expect } from "chai";

import { agreeTo, authorizedStill, observeDeposits } from "../../src/book/fees.ts";
import { charge } from "../../src/book/moves.ts";
import { spentOf, type ChannelRecord, type SponsoredDeposit } from "../../src/book/record.ts";
import { makeRecord, take } from "../support/record.ts";

describe("book: what sponsored deposits cost", () => {
  const deposit = (number: number, held = 0n, fee = 5n, amount = 100n) => {
    const data = `0x${number.toString(16).padStart(8, "0")}` as const;
    return { data, amount, fee, held, since: 1n, until: 1000n };
  };
  const NEVER = () => false;
  const see = (record: ChannelRecord, ...made: { data: string }[]) =>
    observeDeposits(record, ({ data }) => made.some((each) => each.data === data), NEVER);

  it("owes nothing for one that was agreed to and is not there", () => {
    const record = makeRecord();
    agreeTo(record, deposit(1));
    see(record);
    expect(record.fee).to.equal(0n);
    expect(take(record, 10n)).to.equal(10n);
  });

  it("owes the fee of the very one that came, once, and another one for the next", () => {
    const record = makeRecord();
    agreeTo(record, deposit(1, 0n, 5n));
    agreeTo(record, deposit(2, 0n, 7n));
    for (let look = 0; look < 3; look++) see(record, deposit(1));
    expect(record.fee).to.equal(5n);
    expect(take(record, 10n)).to.equal(15n);
    charge(record, 15n, 10n);
    agreeTo(record, deposit(3, 100n, 2n));
    see(record, deposit(1), deposit(3));
    expect([record.fee, take(record, 10n)]).to.deep.equal([2n, 27n]);
  });

  it("agrees to the higher fee where the very same is asked for at two", () => {
    const record = makeRecord();
    for (const fee of [5n, 7n, 6n]) agreeTo(record, deposit(1, 0n, fee));
    see(record, deposit(1));
    expect(record.fee).to.equal(7n);
  });

  it("owes nothing more where the very same is asked for once more when it is there", () => {
    const record = makeRecord();
    for (let time = 0; time < 2; time++) {
      agreeTo(record, deposit(1));
      see(record, deposit(1));
    }
    expect(record.fee).to.equal(5n);
  });

  it("takes it back where the deposit is gone again, and owes it when that comes again", () => {
    const record = makeRecord();
    agreeTo(record, deposit(1));
    see(record, deposit(1));
    see(record);
    expect(record.fee, "not paid yet").to.equal(0n);
    see(record, deposit(1));
    charge(record, take(record, 10n), 10n);
    expect(spentOf(record)).to.equal(15n);
    see(record);
    expect([spentOf(record), record.fee], "paid already").to.deep.equal([10n, 0n]);
    see(record, deposit(1));
    expect([spentOf(record), record.fee]).to.deep.equal([10n, 5n]);
  });

  it("leaves all as it was where nobody can tell", () => {
    const record = makeRecord();
    agreeTo(record, deposit(1));
    see(record, deposit(1));
    const before = structuredClone(record);
    observeDeposits(record, () => undefined, NEVER);
    expect(record).to.deep.equal(before);
  });

  it("forgets one of which nothing can become any more, and keeps what it cost", () => {
    const record = makeRecord();
    agreeTo(record, deposit(1));
    agreeTo(record, deposit(2));
    const late = ({ until }: SponsoredDeposit) => until < 2000n;
    observeDeposits(record, ({ data }) => data === deposit(1).data, late);
    expect([record.fee, record.authorized]).to.deep.equal([5n, undefined]);
  });

  it("remembers those that came, and of the others the newest", () => {
    const record = makeRecord();
    agreeTo(record, deposit(0));
    see(record, deposit(0));
    for (let more = 1; more <= 40; more++) agreeTo(record, deposit(more));
    const numbers = record.authorized!.map(({ data }) => Number(data));
    expect(numbers).to.deep.equal([0, ...Array.from({ length: 16 }, (_, at) => 25 + at)]);
  });

  it("knows what may come still: one of those that were asked for when the channel held the same", () => {
    const record = makeRecord();
    expect(authorizedStill(record)).to.equal(0n);
    agreeTo(record, deposit(1, 0n, 5n, 100n));
    agreeTo(record, deposit(2, 0n, 5n, 120n));
    agreeTo(record, deposit(3, 50n, 5n, 30n));
    expect(authorizedStill(record)).to.equal(150n);
    see(record, deposit(1));
    expect(authorizedStill(record)).to.equal(30n);
  });
});
