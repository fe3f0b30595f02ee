import { expect } from "chai";
import fc from "fast-check";

import { charge, doubt, lose, refuse } from "../../src/book/moves.ts";
import { spentOf } from "../../src/book/record.ts";
import { makeRecord, take } from "../support/record.ts";

describe("book: the moves of one channel, in any order,", () => {
  it("keep the sender's word against an honest receiver, with any losses", () => {
    const event = fc.record({
      price: fc.bigInt(1n, 50n),
      fate: fc.constantFrom("served", "refused", "lost-before", "lost-after", "failed"),
      delay: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const record = makeRecord();
        let [accepted, spent] = [0n, 0n];
        const used = new Set<bigint>();
        const arrive = (balance: bigint, price: bigint): boolean => {
          if (balance > accepted) accepted = balance;
          if (used.has(balance) || accepted - spent < price) return false;
          used.add(balance);
          spent += price;
          return true;
        };
        let under: { balance: bigint; price: bigint; fate: string; due: number }[] = [];
        events.forEach(({ price, fate, delay }, now) => {
          under.push({ balance: take(record, price), price, fate, due: now + delay });
          const due = under.filter((item) => item.due <= now).sort((a, b) => (a.balance < b.balance ? 1 : -1));
          under = under.filter((item) => item.due > now);
          for (const item of due) {
            if (item.fate === "refused") refuse(record, item.balance);
            else if (item.fate === "lost-before") lose(record, item.balance);
            else {
              expect(arrive(item.balance, item.price), "is served").to.equal(true);
              if (item.fate === "served") charge(record, item.balance, item.price);
              else if (item.fate === "lost-after") lose(record, item.balance);
              else {
                spent -= item.price;
                doubt(record, item.balance);
              }
            }
          }
          expect(spentOf(record) >= spent, "what we count covers what the receiver counts").to.equal(true);
        });
      }),
    );
  });
});
