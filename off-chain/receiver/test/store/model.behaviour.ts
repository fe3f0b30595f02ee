import { expect } from "chai";
import fc from "fast-check";
import type { ChargeId, Store } from "../../src/store/store.ts";
import { advance, openChannel, settled, type TestChannel } from "../support/channels.ts";
import type { Kind } from "./stores.ts";

/** The rule of payments once more, as plainly as it can be said: all balances ever used are remembered. */
class Model {
  accepted = 0n;
  spent = 0n;
  /** The highest balance of which there is a proof, and the highest that may be public. */
  proven = 0n;
  published = 0n;
  settled = 0n;
  readonly bought = new Set<bigint>();
  readonly inFlight = new Map<ChargeId, bigint>();
  /** Balances up to this one count as used: a restart forgets which were. */
  floor = 0n;

  pay(balance: bigint, price: bigint, deposit: bigint): boolean {
    if (balance > deposit) return false;
    if (balance > this.accepted) this.accepted = balance;
    if (balance > this.proven) this.proven = balance;
    if (balance <= this.floor || this.bought.has(balance) || this.accepted - this.spent < price) return false;
    this.bought.add(balance);
    this.spent += price;
    // Once all is spent nothing that is on its way can be owed service, and the store may forget.
    if (this.spent === this.accepted) this.floor = this.accepted;
    return true;
  }

  /** The best proof is about to be public. */
  publish(): void {
    if (this.proven > this.published) this.published = this.proven;
    this.bought.add(this.proven);
  }

  /** Somebody settled with a proof: with our best one, perhaps, where we did not publish as much ourselves. */
  settle(amount: bigint): void {
    this.settled = amount;
    if (amount > this.accepted) this.accepted = amount;
    if (amount > this.floor) this.floor = amount;
    if (amount <= this.published) return;
    this.published = amount;
    if (this.proven > 0n) this.publish();
  }
}

type Step =
  | { readonly do: "pay"; readonly balance: bigint; readonly price: bigint }
  | { readonly do: "undo" | "finish"; readonly pick: number }
  | { readonly do: "settle"; readonly rise: bigint }
  | { readonly do: "publish" }
  | { readonly do: "reopen" };

const DEPOSIT = 60n;

const pay = fc.record({
  do: fc.constant("pay" as const),
  balance: fc.bigInt({ min: 0n, max: DEPOSIT + 5n }),
  price: fc.bigInt({ min: 1n, max: 9n }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: pay },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("undo" as const, "finish" as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "publish" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const), rise: fc.bigInt({ min: 1n, max: 9n }) }) },
);

/** That every store does what the model says. */
export function agreesWithModel(kind: Kind, numRuns: number): void {
  describe("against a model", () => {
    it("serves no balance twice, spends no more than is proven, and loses nothing over a restart", async () => {
      const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 15 });
      await fc.assert(
        fc.asyncProperty(rounds, (some) => play(kind, some)),
        { numRuns },
      );
    });
  });
}

/** Plays rounds of steps, the payments of a round all at once, on a real store and on the model. */
async function play(kind: Kind, rounds: readonly (readonly Step[])[]): Promise<void> {
  const place = await kind.place();
  try {
    let store = await place.open();
    const channel = await openChannel(store, DEPOSIT);
    const model = new Model();
    for (const round of rounds) {
      await Promise.all(round.filter(({ do: what }) => what === "pay").map((one) => act(store, channel, model, one)));
      // Not at the same time: whether an undo comes before a payment or after it is anybody's guess.
      for (const one of round) if (one.do !== "pay") await act(store, channel, model, one);
      if (round.some(({ do: what }) => what === "reopen")) {
        await store.close();
        store = await place.open();
        model.inFlight.clear();
        // What is shared by several nodes is remembered by the database, not by one of them.
        if (!kind.shared) model.floor = model.accepted;
      }
      const { accepted, spent, proof, published, inFlight } = (await store.channel(channel.id))!;
      expect({ accepted, spent }).to.deep.equal({ accepted: model.accepted, spent: model.spent });
      expect(spent <= accepted && accepted <= DEPOSIT).to.equal(true);
      expect(proof?.balance ?? 0n).to.equal(model.proven);
      expect(published).to.equal(model.published);
      expect(inFlight).to.equal([...model.inFlight.values()].reduce((sum, price) => sum + price, 0n));
    }
  } finally {
    await place.remove();
  }
}

async function act(store: Store, channel: TestChannel, model: Model, one: Step): Promise<void> {
  if (one.do === "pay") {
    const { balance, price } = one;
    const expected = model.pay(balance, price, DEPOSIT);
    const signature = `0x${balance.toString(16).padStart(130, "0")}` as const;
    const outcome = await store.charge({ channelId: channel.id, balance, signature, price });
    expect(outcome.kind === "charged", `${balance} for ${price}`).to.equal(expected);
    if (outcome.kind === "charged") model.inFlight.set(outcome.charge, price);
  } else if (one.do === "publish") {
    await store.publish(channel.id, model.proven);
    model.publish();
  } else if (one.do === "settle") {
    if (model.settled + one.rise > DEPOSIT) return;
    model.settle(model.settled + one.rise);
    const block = 11 + Number(model.settled);
    await advance(store, block, [settled(channel, block, model.settled)]);
  } else if (one.do !== "reopen") {
    const [id, price] = [...model.inFlight][one.pick % (model.inFlight.size || 1)] ?? [];
    if (id === undefined || price === undefined) return;
    model.inFlight.delete(id);
    if (one.do === "finish") return store.finish(id);
    model.spent -= price;
    expect(await store.undo(id)).to.equal(true);
  }
}
