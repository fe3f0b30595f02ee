import { expect } from "chai";

import { CLOSED, observe, recordIn } from "../../src/book/moves.ts";
import type { ChannelRecord } from "../../src/book/record.ts";
import { SenderError } from "../../src/errors.ts";
import { makeRecord } from "../support/record.ts";

describe("book: what the chain says of a channel", () => {
  const SOME = { deposit: 7n, settled: 0n };

  /** A record of a status, after the chain has said something. */
  function seen(status: ChannelRecord["status"], facts: { deposit?: bigint; closesAt: bigint }): ChannelRecord {
    const record: ChannelRecord = { ...makeRecord(), status };
    record.ending = { amount: 1n, deadline: 2n, signature: "0x", closesAt: undefined };
    observe(record, { ...SOME, ...facts });
    return record;
  }

  it("decides on the deposit, also where it is less than before, or none", () => {
    expect(seen("open", { closesAt: 0n }).deposit).to.equal(7n);
    expect(seen("open", { deposit: 0n, closesAt: 0n })).to.include({ deposit: 0n, status: "open" });
  });

  it("opens what has a deposit, and nothing else", () => {
    expect(seen("opening", { deposit: 1n, closesAt: 0n }).status).to.equal("open");
    expect(seen("opening", { deposit: 0n, closesAt: 0n }).status).to.equal("opening");
    expect(seen("closing", { closesAt: 0n }).status).to.equal("closing");
  });

  it("closes what is closing, by the very last number for what is closed", () => {
    expect(CLOSED).to.equal(4_294_967_295n);
    expect(seen("open", { closesAt: 1n }).status).to.equal("closing");
    expect(seen("open", { closesAt: CLOSED - 1n }).status).to.equal("closing");
    expect(seen("open", { closesAt: CLOSED }).status).to.equal("closed");
  });

  it("has a close asked for once more that a re-organization took away", () => {
    expect(seen("closed", { deposit: 1n, closesAt: 0n }).status).to.equal("closing");
    expect(seen("closed", { deposit: 0n, closesAt: 0n }).status, "the chain does not know it").to.equal("closed");
  });

  it("says when a channel that is closing is due", () => {
    expect(seen("closing", { closesAt: 9n }).ending?.closesAt).to.equal(9n);
    expect(seen("closing", { closesAt: 0n }).ending?.closesAt).to.equal(undefined);
    expect(seen("closing", { closesAt: CLOSED }).ending?.closesAt).to.equal(undefined);
    const without = makeRecord();
    observe(without, { ...SOME, closesAt: 9n });
    expect(without).to.deep.include({ status: "closing", ending: undefined });
  });

  it("is taken down for channels of the book alone", () => {
    const record = makeRecord();
    const state = { channels: new Map([[`${record.chainId}:${record.contract}:${record.id}`, record]]) };
    expect(recordIn(state, record)).to.equal(record);
    expect(() => recordIn(state, makeRecord(1))).to.throw(SenderError, /is not in the book/);
  });
});
