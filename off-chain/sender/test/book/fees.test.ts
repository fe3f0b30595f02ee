import { expect } from "chai";

import { decodeBook, encodeBook } from "../../src/book/codec.ts";
import { agreeFee, withdrawFee } from "../../src/book/fees.ts";
import { keyOf, spentOf } from "../../src/book/record.ts";
import { makeRecord, take } from "../support/record.ts";

describe("book: what sponsored deposits cost", () => {
  it("agrees to one fee for a deposit, the highest, however often it is asked for", () => {
    const record = makeRecord();
    expect(agreeFee(record, 0n, 5n)).to.equal(5n);
    expect(agreeFee(record, 0n, 5n)).to.equal(0n);
    expect(agreeFee(record, 0n, 7n)).to.equal(2n);
    expect(agreeFee(record, 0n, 6n)).to.equal(0n);
    expect(record.fee).to.equal(7n);
  });

  it("remembers it when a payment has counted it as spent, and in the store", () => {
    const record = makeRecord();
    agreeFee(record, 0n, 5n);
    expect(take(record, 10n)).to.equal(15n);
    const again = decodeBook(encodeBook({ channels: new Map([[keyOf(record), record]]) })).channels.get(keyOf(record))!;
    expect(again).to.deep.equal(record);
    expect(agreeFee(again, 0n, 5n)).to.equal(0n);
    expect(take(again, 10n)).to.equal(25n);
  });

  it("agrees to another one for the next deposit", () => {
    const record = makeRecord();
    agreeFee(record, 0n, 5n);
    expect(agreeFee(record, 100n, 5n)).to.equal(5n);
    expect(take(record, 10n)).to.equal(20n);
  });

  it("still owes for the next deposit what was agreed, when the one before it is refused at last", () => {
    const record = makeRecord();
    const rise = agreeFee(record, 0n, 5n);
    expect(agreeFee(record, 100n, 7n)).to.equal(7n);
    withdrawFee(record, 0n, rise);
    expect(record.fee).to.equal(7n);
    expect(agreeFee(record, 100n, 7n), "agreed already").to.equal(0n);
  });

  it("owes nothing for a deposit that was refused, though a payment counted it meanwhile", () => {
    const record = makeRecord();
    withdrawFee(record, 100n, agreeFee(record, 100n, 5n));
    expect([record.fee, record.charged]).to.deep.equal([0n, 0n]);
    const rise = agreeFee(record, 100n, 5n);
    take(record, 10n);
    withdrawFee(record, 100n, rise);
    expect(spentOf(record)).to.equal(10n);
    expect(agreeFee(record, 100n, 5n), "asked once more").to.equal(5n);
  });
});
