import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import type { Sponsorship, SponsorshipLimits } from "../../src/store/sponsorships.ts";
import { advance, hashOf, keyOf, newChannel, opened, openChannel, toppedUp } from "../support/channels.ts";
import type { TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

const limits: SponsorshipLimits = { budget: 1000n, period: 86_400_000 };
const HASH = `0x${"dd".repeat(32)}` as const;
const NOON = 1_800_000_000_000;

let keys = 0;
function wantedFor({ id, terms }: Pick<TestChannel, "id" | "terms">, over: Partial<Sponsorship> = {}): Sponsorship {
  return {
    key: keyOf(++keys),
    channelId: id,
    sender: terms.sender,
    amount: 100n,
    fee: 3n,
    data: "0x1234",
    validUntil: 2_000_000_000,
    cost: 100n,
    state: "stored",
    transaction: undefined,
    createdAt: NOON,
    ...over,
  };
}

/** How every store keeps sponsored deposits. */
export function keepsSponsorships(kind: Kind): void {
  describe("sponsored deposits", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
    });
    afterEach(() => place.remove());

    const add = (wanted: Sponsorship) => store.sponsorships.add(wanted, limits);
    const ofOther = () => newChannel({}, keyOf(1000 + ++keys));
    const pay = ({ id, ...channel }: TestChannel, balance: bigint, price: bigint) =>
      store.charge({ channelId: id, balance, signature: channel.proof(balance), price });

    it("are kept across a restart, until they are sent", async () => {
      const wanted = wantedFor(newChannel());
      expect(await add(wanted)).to.deep.equal({ kind: "stored", sponsorship: wanted });
      await store.close();
      store = await place.open();
      expect(await store.sponsorships.waiting()).to.deep.equal([wanted]);
      await store.sponsorships.update(wanted.key, { state: "sent", transaction: HASH });
      expect(await store.sponsorships.waiting()).to.deep.equal([]);
      await store.sponsorships.update(wanted.key, { state: "mined", cost: 40n });
      const after = { ...wanted, state: "mined", transaction: HASH, cost: 40n };
      expect(await store.sponsorships.find(wanted.key)).to.deep.equal(after);
      expect(await store.sponsorships.find(keyOf(77))).to.equal(undefined);
    });

    it("are stored once, however often they are asked for", async () => {
      const wanted = wantedFor(newChannel());
      const outcomes = await Promise.all([add(wanted), add(wanted), add(wanted)]);
      expect(outcomes.map((outcome) => outcome.kind).sort()).to.deep.equal(["known", "known", "stored"]);
      expect(await store.sponsorships.used(0)).to.equal(100n);
    });

    it("are one at a time for each sender, until its transaction is mined", async () => {
      const [first, second] = [wantedFor(newChannel()), wantedFor(newChannel())];
      await add(first);
      const busy = { kind: "refused", reason: "sender-busy" };
      expect(await store.sponsorships.standing(second, limits)).to.deep.equal(busy);
      expect(await add(second)).to.deep.equal(busy);
      await store.sponsorships.update(first.key, { state: "sent" });
      expect(await add(second)).to.deep.equal(busy);
      expect(await add(wantedFor(ofOther()))).to.include({ kind: "stored" });
      await store.sponsorships.update(first.key, { state: "mined" });
      expect(await store.sponsorships.standing(second, limits)).to.equal(undefined);
      expect(await add(second)).to.include({ kind: "stored" });
    });

    it("are not taken from a sender whose last one was paid for in vain, for a while", async () => {
      const failed = wantedFor(newChannel());
      await add(failed);
      await store.sponsorships.update(failed.key, { state: "failed", cost: 0n });
      const next = wantedFor(newChannel());
      expect(await store.sponsorships.standing(next, limits), "it was never mined").to.equal(undefined);
      await store.sponsorships.update(failed.key, { cost: 50n });
      expect(await add(next)).to.deep.equal({ kind: "refused", reason: "sender-barred" });
      expect(await add({ ...next, createdAt: NOON + limits.period })).to.include({ kind: "stored" });
    });

    it("share one budget, which comes back after its period", async () => {
      const first = wantedFor(ofOther(), { cost: 600n });
      await add(first);
      const second = wantedFor(ofOther(), { cost: 401n });
      expect(await add(second)).to.deep.equal({ kind: "refused", reason: "budget-exhausted" });
      const exact = wantedFor(ofOther(), { cost: 400n });
      expect(await add(exact)).to.include({ kind: "stored" });
      expect(await store.sponsorships.used(NOON - 1)).to.equal(1000n);
      expect(await store.sponsorships.used(NOON)).to.equal(0n);
      await store.sponsorships.update(first.key, { state: "done", cost: 10n });
      expect(await add({ ...second }), "it cost less than feared").to.include({ kind: "stored" });
      const later = wantedFor(ofOther(), { cost: 1000n, createdAt: NOON + limits.period });
      expect(await add(later)).to.include({ kind: "stored" });
    });

    it("overdraw the budget in no race", async () => {
      const many = Array.from({ length: 8 }, () => wantedFor(ofOther(), { cost: 300n }));
      const outcomes = await Promise.all(many.map(add));
      expect(outcomes.filter((outcome) => outcome.kind === "stored")).to.have.length(3);
    });

    describe("cost the sender a fee that", () => {
      /** One whose transaction, or one of them, is mined in a block of the tests. */
      async function sent(channel: TestChannel, ...blocks: readonly number[]): Promise<Sponsorship> {
        const wanted = wantedFor(channel);
        expect(await add(wanted)).to.include({ kind: "stored" });
        await store.sponsorships.update(wanted.key, { state: "mined", deposits: blocks.map((block) => hashOf(block)) });
        return wanted;
      }

      it("counts as spent from the first proof", async () => {
        const channel = newChannel();
        await sent(channel, 12);
        await advance(store, 12, [opened(channel, 12, 100n)]);
        expect(await store.channel(channel.id)).to.include({ spent: 0n, fee: 3n });
        expect(await pay(channel, 7n, 5n)).to.deep.equal({ kind: "refused", code: "insufficient-payment" });
        await store.close();
        store = await place.open();
        expect(await store.channel(channel.id)).to.include({ spent: 0n, fee: 3n, accepted: 7n });
        const first = await pay(channel, 8n, 5n);
        expect(first).to.include({ kind: "charged", spent: 8n });
        expect(await store.channel(channel.id)).to.include({ spent: 8n, fee: 0n, inFlight: 5n });
        if (first.kind === "charged") await store.undo(first.charge);
        expect(await store.channel(channel.id), "an undone request owes it all the same").to.include({ spent: 3n });
        expect(await pay(channel, 13n, 5n)).to.include({ kind: "charged", spent: 8n });
      });

      it("is the same whether the deposit or its transaction is heard of first, and however often", async () => {
        const channel = newChannel();
        const wanted = wantedFor(channel);
        await add(wanted);
        const deposit = opened(channel, 12, 100n);
        await advance(store, 12, [deposit]);
        expect(await store.channel(channel.id), "nothing is known to be sent").to.include({ fee: 0n });
        for (const state of ["sent", "mined", "done"] as const) {
          await store.sponsorships.update(wanted.key, { state, deposits: [hashOf(11), hashOf(12)] });
          expect(await store.channel(channel.id), state).to.include({ spent: 0n, fee: 3n });
          await advance(store, 12, [deposit]);
          expect(await store.channel(channel.id), state).to.include({ spent: 0n, fee: 3n });
        }
      });

      it("is the same where deposit and transaction are heard of at once", async () => {
        for (let block = 20; block < 40; block++) {
          const channel = newChannel();
          const wanted = wantedFor(channel, { cost: 1n });
          await add(wanted);
          await Promise.all([
            advance(store, block, [opened(channel, block, 100n)]),
            store.sponsorships.update(wanted.key, { state: "mined", deposits: [hashOf(block)] }),
          ]);
          expect(await store.channel(channel.id)).to.include({ fee: 3n });
        }
      });

      it("comes with its own transaction alone, and with any attempt at it", async () => {
        const channel = await openChannel(store, 100n);
        await pay(channel, 5n, 5n);
        const wanted = await sent(channel, 77);
        await advance(store, 12, [toppedUp(channel, 12, 150n)]);
        expect(await store.channel(channel.id), "a deposit that nobody sponsored").to.include({ fee: 0n });
        await store.sponsorships.update(wanted.key, { deposits: [hashOf(77), hashOf(13), hashOf(78)] });
        await advance(store, 13, [toppedUp(channel, 13, 250n)]);
        expect(await store.channel(channel.id)).to.include({ spent: 5n, fee: 3n });
        await advance(store, 14, [toppedUp(channel, 14, 300n)]);
        expect(await store.channel(channel.id)).to.include({ spent: 5n, fee: 3n });
        expect(await pay(channel, 10n, 5n)).to.include({ kind: "refused" });
        expect(await pay(channel, 13n, 5n)).to.include({ kind: "charged", spent: 13n });
      });

      it("is not taken for one that failed, whatever else is deposited", async () => {
        const channel = await openChannel(store, 100n);
        const failed = await sent(channel, 77);
        await store.sponsorships.update(failed.key, { state: "failed", cost: 50n });
        await advance(store, 13, [toppedUp(channel, 13, 200n)]);
        expect(await store.channel(channel.id)).to.include({ spent: 0n, fee: 0n });
        expect(await pay(channel, 5n, 5n)).to.include({ kind: "charged", spent: 5n });
      });

      it("comes with each of several top-ups", async () => {
        const channel = await openChannel(store, 100n);
        await sent(channel, 12);
        await sent(channel, 13);
        await advance(store, 13, [toppedUp(channel, 12, 150n), toppedUp(channel, 13, 200n)]);
        expect(await store.channel(channel.id)).to.include({ fee: 6n });
      });

      it("is given back while a re-organization has the deposit, and taken once when it comes again", async () => {
        const channel = await openChannel(store, 100n);
        await advance(store, 11);
        await sent(channel, 12, 14);
        await advance(store, 12, [toppedUp(channel, 12, 150n)]);
        await store.chain.rewind(11);
        expect(await store.channel(channel.id), "not charged yet").to.include({ spent: 0n, fee: 0n });
        await advance(store, 12, [toppedUp(channel, 12, 150n)]);
        expect(await pay(channel, 8n, 5n)).to.include({ kind: "charged", spent: 8n });
        await store.chain.rewind(11);
        expect(await store.channel(channel.id), "charged before").to.include({ spent: 5n, fee: 0n, accepted: 8n });
        await store.close();
        store = await place.open();
        expect(await store.channel(channel.id)).to.include({ spent: 5n, fee: 0n });
        await advance(store, 14, [toppedUp(channel, 14, 150n)]);
        expect(await store.channel(channel.id), "in another block").to.include({ spent: 5n, fee: 3n });
        expect(await pay(channel, 13n, 5n)).to.include({ kind: "charged", spent: 13n });
        await advance(store, 15);
        expect(await store.channel(channel.id)).to.include({ spent: 13n, fee: 0n });
      });

      it("is given back where one of two deposits goes, whichever of their fees was charged", async () => {
        const channel = await openChannel(store, 100n);
        await sent(channel, 11);
        await advance(store, 11, [toppedUp(channel, 11, 150n)]);
        expect(await pay(channel, 8n, 5n)).to.include({ kind: "charged", spent: 8n });
        await sent(channel, 12);
        await advance(store, 12, [toppedUp(channel, 12, 200n)]);
        await store.chain.rewind(11);
        expect(await store.channel(channel.id)).to.include({ spent: 8n, fee: 0n });
        await advance(store, 12, [toppedUp(channel, 12, 200n)]);
        expect(await store.channel(channel.id)).to.include({ spent: 8n, fee: 3n });
        await store.chain.rewind(10);
        expect(await store.channel(channel.id)).to.include({ spent: 5n, fee: 0n });
      });

      it("is not asked for at the end of a channel that never paid", async () => {
        const channel = newChannel();
        await sent(channel, 12);
        await advance(store, 12, [opened(channel, 12, 100n)]);
        const agreement = { amount: 0n, deadline: 1_800_000_000n, signature: HASH };
        expect(await store.end({ channelId: channel.id, agreement })).to.include({ kind: "ended" });
      });

      it("is charged after losing the store too", async () => {
        const channel = newChannel();
        await sent(channel, 12);
        await advance(store, 12, [opened(channel, 12, 100n)]);
        await store.close();
        store = await place.open({ recover: true, firstBlock: 50 });
        expect(await pay(channel, 7n, 5n)).to.include({ kind: "refused" });
        expect(await pay(channel, 9n, 5n)).to.include({ kind: "charged", spent: 9n });
      });
    });
  });
}
