import { expect } from "chai";

import { adopt, charge, concede, doubt, learn, refuse } from "../../src/book/moves.ts";
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

  it("believes first what was doubted, then the rest of one price, and no part of what is more than both", () => {
    const record = makeRecord();
    charge(record, take(record, 10n), 0n);
    doubt(record, take(record, 10n));
    expect(record).to.include({ answered: 11n, doubtful: 10n, charged: 0n });
    const first = take(record, 5n);
    expect(concede(record, 4n, 5n), "less than was doubted").to.equal(4n);
    expect(record).to.include({ doubtful: 6n, writtenOff: 0n, charged: 4n });
    expect(concede(record, 99n, 5n), "no more than what was answered for").to.equal(7n);
    expect(record).to.include({ doubtful: 0n, writtenOff: 1n, charged: 11n });
    expect(concede(record, 3n, 5n), "less than is counted").to.equal(0n);
    expect(record.charged).to.equal(11n);
    charge(record, first, 0n);
    charge(record, take(record, 5n), 0n);
    const second = take(record, 5n);
    expect([record.answered, second]).to.deep.equal([16n, 17n]);
    expect(concede(record, 16n, 5n), "four are left of a price of five").to.equal(0n);
    expect(concede(record, 15n, 5n)).to.equal(4n);
    charge(record, second, 0n);
    doubt(record, take(record, 2n));
    take(record, 3n);
    expect(concede(record, 17n, 3n), "what is doubted, though no price is left").to.equal(2n);
    expect(record).to.include({ doubtful: 0n, writtenOff: 5n });
  });

  it("doubts the price of a request that is under way, and of no other", () => {
    const record = makeRecord();
    const [one, other] = [take(record, 10n), take(record, 4n)];
    doubt(record, other);
    doubt(record, 99n);
    expect(record).to.deep.include({ doubtful: 4n, charged: 0n, outstanding: [{ balance: one, price: 10n }] });
  });

  it("takes over all that follows from a balance of its own", () => {
    const record = makeRecord();
    charge(record, take(record, 10n), 3n);
    refuse(record, take(record, 20n));
    take(record, 21n);
    expect(record.refused).to.have.length(1);
    expect(adopt(record, 500n, 480n, 21n)).to.equal(true);
    expect(record).to.deep.include({ balance: 500n, accepted: 500n, answered: 500n, refused: [], charged: 480n });
    const lost = makeRecord();
    expect(adopt(lost, 500n, 10n ** 20n, 0n)).to.equal(true);
    expect(lost.charged, "not more than it signed").to.equal(500n);
    const known = makeRecord();
    take(known, 10n);
    expect(adopt(known, 10n, 10n, 10n)).to.equal(false);
    expect(known).to.include({ accepted: 10n, charged: 0n });
  });

  it("signs anew where a balance counts as used though there is credit, and only there", () => {
    const record = makeRecord();
    const [low, high] = [take(record, 10n), take(record, 10n)];
    charge(record, high, 10n);
    expect(learn(record, low, 10n, { accepted: 20n, spent: 10n })).to.deep.equal({ conceded: 0n });
    expect(record).to.deep.include({ outstanding: [], refused: [], charged: 10n });

    const more = makeRecord();
    const [under, over, refused] = [take(more, 10n), take(more, 10n), take(more, 10n)];
    charge(more, over, 10n);
    refuse(more, refused);
    const view = { accepted: refused, spent: 12n };
    expect(learn(more, under, 10n, view), "nothing beside is believed").to.deep.equal({ conceded: 0n });
    expect(more.charged).to.equal(10n);

    const honest = makeRecord();
    charge(honest, take(honest, 10n), 10n);
    const next = take(honest, 10n);
    expect(learn(honest, next, 10n, { accepted: 10n, spent: 0n }), "it is above all that was answered").to.equal(
      undefined,
    );
    expect(honest.outstanding).to.have.length(1);
  });

  it("tells what it concedes for the receiver's word, apart from what it adopts", () => {
    const record = makeRecord();
    const [low, high] = [take(record, 10n), take(record, 10n)];
    charge(record, high, 10n);
    expect(learn(record, low, 10n, { accepted: 20n, spent: 11n }), "credit of nine").to.deep.equal({ conceded: 1n });
    expect(record).to.deep.include({ outstanding: [], charged: 11n, writtenOff: 1n });

    const lost = makeRecord();
    const balance = take(lost, 10n);
    expect(learn(lost, balance, 10n, { accepted: 500n, spent: 480n })).to.deep.equal({ conceded: 0n });
    expect(lost).to.deep.include({ outstanding: [], refused: [], charged: 480n, writtenOff: 0n });
  });
});
