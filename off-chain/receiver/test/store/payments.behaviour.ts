import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import {
  advance,
  charge,
  closeRequested,
  newChannel,
  opened,
  openChannel,
  settled,
  toppedUp,
} from "../support/channels.ts";
import type { TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

/** How every store takes payments. */
export function takesPayments(kind: Kind): void {
  describe("payments", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
    });
    afterEach(() => place.remove());

    const pay = (channel: TestChannel, balance: bigint, price: bigint) => charge(store, channel, balance, price);

    const reopen = async () => {
      await store.close();
      store = await place.open();
    };

    it("charges, and remembers across a restart", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 5n, 5n)).to.include({ kind: "charged", accepted: 5n, spent: 5n });
      expect(await pay(channel, 12n, 7n)).to.include({ kind: "charged", accepted: 12n, spent: 12n });
      await reopen();
      const record = await store.channel(channel.id);
      expect(record).to.deep.include({
        terms: channel.terms,
        openedBlock: 10,
        deposit: 100n,
        confirmedDeposit: 100n,
        accepted: 12n,
        spent: 12n,
        inFlight: 0n,
        paid: true,
        proof: { balance: 12n, signature: channel.proof(12n) },
      });
      expect(await pay(channel, 12n, 1n)).to.deep.equal({ kind: "refused", code: "insufficient-payment" });
      expect(await pay(channel, 13n, 1n)).to.include({ kind: "charged", spent: 13n });
    });

    it("knows no channel that was not opened", async () => {
      const channel = newChannel();
      expect(await pay(channel, 1n, 1n)).to.deep.equal({ kind: "refused", code: "channel-not-found" });
      expect(await store.channel(channel.id)).to.equal(undefined);
      expect(store.cached(channel.id)).to.equal(undefined);
    });

    it("keeps a good proof though it refuses the request, also across a restart", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 3n, 5n)).to.deep.equal({ kind: "refused", code: "insufficient-payment" });
      await reopen();
      expect(await store.channel(channel.id)).to.deep.include({
        accepted: 3n,
        spent: 0n,
        paid: false,
        proof: { balance: 3n, signature: channel.proof(3n) },
      });
    });

    it("sells to the same refused balance when the price has come within its reach", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 3n, 5n)).to.include({ kind: "refused" });
      expect(await pay(channel, 3n, 2n)).to.include({ kind: "charged", accepted: 3n, spent: 2n });
      expect(await pay(channel, 3n, 1n), "it has bought something now").to.include({ kind: "refused" });
      expect(await pay(channel, 4n, 2n), "credit is spent with a new balance").to.include({ spent: 4n });
    });

    it("changes nothing for a balance above the confirmed deposit", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 101n, 1n)).to.deep.equal({ kind: "refused", code: "balance-exceeds-deposit" });
      expect(await store.channel(channel.id)).to.include({ accepted: 0n, proof: undefined });
      expect(await pay(channel, 100n, 100n)).to.include({ kind: "charged" });
    });

    it("serves nothing beyond the deposit, where a re-organization left less of it than was promised", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 50n, 1n)).to.include({ kind: "charged", accepted: 50n, spent: 1n });
      await store.chain.rewind(9);
      await advance(store, 11, [opened(channel, 11, 10n)]);
      expect(await pay(channel, 9n, 8n)).to.include({ kind: "charged", accepted: 50n, spent: 9n });
      expect(await pay(channel, 10n, 2n)).to.deep.equal({ kind: "refused", code: "insufficient-payment" });
      expect(await pay(channel, 10n, 1n)).to.include({ kind: "charged", spent: 10n });
      await advance(store, 12, [toppedUp(channel, 12, 60n)]);
      expect(await pay(channel, 51n, 40n), "credit counts again").to.include({ kind: "charged", spent: 50n });
    });

    it("forgets single balances, but never that all up to what is settled count as seen", async () => {
      const channel = await openChannel(store, 1_000_000n);
      expect(await pay(channel, 100_000n, 1n)).to.include({ kind: "charged" });
      const balances = Array.from({ length: 1023 }, (_, i) => BigInt(i + 1));
      const outcomes = await Promise.all(balances.map((balance) => pay(channel, balance, 1n)));
      expect(outcomes.every(({ kind }) => kind === "charged")).to.equal(true);
      await advance(store, 12, [settled(channel, 12, 50_000n)]);
      for (const balance of [60_000n, 60_001n]) expect(await pay(channel, balance, 1n)).to.include({ kind: "charged" });
      expect(await pay(channel, 40_000n, 1n), "public, perhaps").to.include({ kind: "refused" });
      expect(await pay(channel, 60_000n, 1n)).to.include({ kind: "refused" });
      expect(await pay(channel, 60_002n, 1n)).to.include({ kind: "charged", spent: 1027n });
    });

    it("takes payments where the same proof was published again and again", async () => {
      const channel = await openChannel(store, 1000n);
      expect(await pay(channel, 10n, 1n)).to.include({ kind: "charged" });
      for (let time = 0; time < 1100; time++) await store.publish(channel.id, 10n);
      expect(await pay(channel, 11n, 1n)).to.include({ kind: "charged", spent: 2n });
      expect(await pay(channel, 10n, 1n)).to.include({ kind: "refused" });
    });

    it("buys nothing with a balance of 0", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 0n, 1n)).to.include({ kind: "refused", code: "insufficient-payment" });
      await advance(store, 12, [settled(channel, 12, 50n)]);
      expect(await pay(channel, 0n, 1n), "not even where there is credit").to.include({ kind: "refused" });
    });

    it("serves 20 increasing proofs in any order", async () => {
      const channel = await openChannel(store, 1000n);
      const balances = Array.from({ length: 20 }, (_, i) => BigInt(i + 1) * 7n);
      for (let i = balances.length - 1; i > 0; i--) {
        const j = (i * 7919) % (i + 1);
        [balances[i], balances[j]] = [balances[j]!, balances[i]!];
      }
      const outcomes = await Promise.all(balances.map((balance) => pay(channel, balance, 7n)));
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(Array(20).fill("charged"));
      expect(await store.channel(channel.id)).to.include({ accepted: 140n, spent: 140n });
    });

    it("serves 20 requests with one proof once, whatever credit there is", async () => {
      const channel = await openChannel(store, 1000n);
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => pay(channel, 500n, 7n)));
      expect(outcomes.filter(({ kind }) => kind === "charged")).to.have.length(1);
      expect(await store.channel(channel.id)).to.include({ accepted: 500n, spent: 7n });
    });

    it("remembers balances below the best one, while there is credit", async () => {
      const channel = await openChannel(store, 1000n);
      expect(await pay(channel, 50n, 1n)).to.include({ kind: "charged" });
      expect(await pay(channel, 20n, 1n)).to.include({ kind: "charged" });
      expect(await pay(channel, 20n, 1n)).to.include({ kind: "refused" });
      expect(await pay(channel, 50n, 1n)).to.include({ kind: "refused" });
      expect(await pay(channel, 21n, 1n)).to.include({ kind: "charged" });
      await reopen();
      expect(await pay(channel, 20n, 1n), "nor after a restart").to.include({ kind: "refused" });
      expect(await pay(channel, 51n, 48n)).to.include({ kind: "charged", spent: 51n });
    });

    it("undoes a charge exactly once, and its balance stays used", async () => {
      const channel = await openChannel(store, 1000n);
      const outcome = await pay(channel, 9n, 9n);
      if (outcome.kind !== "charged") throw new Error("not charged");
      expect(await store.channel(channel.id)).to.include({ spent: 9n, inFlight: 9n });
      expect(await Promise.all([store.undo(outcome.charge), store.undo(outcome.charge)])).to.have.members([
        true,
        false,
      ]);
      expect(await store.undo(outcome.charge)).to.equal(false);
      expect(await store.channel(channel.id)).to.include({ accepted: 9n, spent: 0n, inFlight: 0n });
      expect(await pay(channel, 9n, 1n)).to.include({ kind: "refused", code: "insufficient-payment" });
      expect(await pay(channel, 10n, 10n)).to.include({ kind: "charged", spent: 10n });
      await reopen();
      expect(await store.channel(channel.id)).to.include({ accepted: 10n, spent: 10n });
    });

    it("undoes nothing that is finished", async () => {
      const channel = await openChannel(store, 1000n);
      const outcome = await pay(channel, 9n, 9n);
      if (outcome.kind !== "charged") throw new Error("not charged");
      await store.finish(outcome.charge);
      expect(await store.undo(outcome.charge)).to.equal(false);
      expect(await store.channel(channel.id)).to.include({ spent: 9n, inFlight: 0n });
    });

    it("takes nothing on a channel that closes or is closed", async () => {
      const channel = await openChannel(store, 100n);
      await advance(store, 12, [closeRequested(channel, 12, 0n)], 11);
      expect(await pay(channel, 5n, 5n), "unconfirmed").to.deep.equal({ kind: "refused", code: "channel-closing" });
      expect(await store.channel(channel.id)).to.include({ accepted: 0n });
    });

    it("takes nothing before the opening is confirmed", async () => {
      const channel = newChannel();
      await advance(store, 12, [opened(channel, 12, 100n)], 11);
      expect(await pay(channel, 5n, 5n)).to.deep.equal({ kind: "refused", code: "channel-not-confirmed" });
      await store.chain.observe({ ...(await store.chain.head())!, number: 13, confirmed: 12 });
      expect(await pay(channel, 5n, 5n)).to.include({ kind: "charged" });
    });

    it("counts what was settled as accepted, but no balance up to it buys anything", async () => {
      const channel = await openChannel(store, 100n);
      await advance(store, 12, [settled(channel, 12, 50n)]);
      expect(await store.channel(channel.id)).to.include({ accepted: 50n, spent: 0n, published: 50n });
      expect(await pay(channel, 50n, 1n)).to.include({ kind: "refused", code: "insufficient-payment" });
      expect(await pay(channel, 51n, 30n)).to.include({ kind: "charged", accepted: 51n, spent: 30n });
    });

    it("sells nothing for a published proof, though it never bought anything", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 8n, 9n)).to.include({ kind: "refused" });
      await store.publish(channel.id, 8n);
      expect(await pay(channel, 8n, 1n)).to.include({ kind: "refused", code: "insufficient-payment" });
      expect(await store.channel(channel.id)).to.include({ published: 8n });
    });

    it("sells nothing for our best proof once somebody has settled with it", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 8n, 9n)).to.include({ kind: "refused" });
      await advance(store, 12, [settled(channel, 12, 2n)]);
      expect(await pay(channel, 8n, 1n)).to.include({ kind: "refused", code: "insufficient-payment" });
    });

    it("takes only the proof that we have published for public, when we settle ourselves", async () => {
      const channel = await openChannel(store, 100n);
      expect(await pay(channel, 8n, 8n)).to.include({ kind: "charged" });
      await store.publish(channel.id, 8n);
      expect(await pay(channel, 20n, 13n)).to.include({ kind: "refused" });
      await advance(store, 12, [settled(channel, 12, 8n)]);
      expect(await store.channel(channel.id)).to.include({ settled: 8n, published: 8n });
      expect(await pay(channel, 20n, 12n)).to.include({ kind: "charged", spent: 20n });
    });
  });
}
