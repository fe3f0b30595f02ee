import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import type { Sponsorship, SponsorshipLimits } from "../../src/store/sponsorships.ts";
import { advance, keyOf, newChannel, opened, openChannel, toppedUp, type TestChannel } from "../support/channels.ts";
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
      it("counts as spent from the first proof", async () => {
        const channel = newChannel();
        await add(wantedFor(channel));
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

      it("is charged once, whatever a re-organization takes away and brings back", async () => {
        const channel = newChannel();
        await add(wantedFor(channel));
        await advance(store, 12, [opened(channel, 12, 100n)]);
        await pay(channel, 8n, 5n);
        await store.chain.rewind(11);
        expect(await store.channel(channel.id)).to.include({ openedBlock: undefined, spent: 8n, fee: 0n });
        await advance(store, 13, [opened(channel, 13, 100n)]);
        expect(await store.channel(channel.id)).to.include({ openedBlock: 13, spent: 8n, fee: 0n });
      });

      it("comes with each top-up, and not with deposits that nobody sponsored, or that failed", async () => {
        const channel = await openChannel(store, 100n);
        await pay(channel, 5n, 5n);
        const failed = wantedFor(channel);
        await add(failed);
        await store.sponsorships.update(failed.key, { state: "failed", cost: 0n });
        await advance(store, 12, [toppedUp(channel, 12, 150n)]);
        expect(await store.channel(channel.id)).to.include({ fee: 0n });
        await add(wantedFor(channel));
        await advance(store, 13, [toppedUp(channel, 13, 200n)]);
        expect(await store.channel(channel.id)).to.include({ spent: 5n, fee: 3n });
        expect(await pay(channel, 10n, 5n)).to.include({ kind: "refused" });
        expect(await pay(channel, 13n, 5n)).to.include({ kind: "charged", spent: 13n });
      });

      it("is not asked for at the end of a channel that never paid", async () => {
        const channel = newChannel();
        await add(wantedFor(channel));
        await advance(store, 12, [opened(channel, 12, 100n)]);
        const agreement = { amount: 0n, deadline: 1_800_000_000n, signature: HASH };
        expect(await store.end({ channelId: channel.id, agreement })).to.include({ kind: "ended" });
      });

      it("is charged after losing the store too", async () => {
        const channel = newChannel();
        await add(wantedFor(channel));
        await advance(store, 12, [opened(channel, 12, 100n)]);
        await store.close();
        store = await place.open({ recover: true, firstBlock: 50 });
        expect(await pay(channel, 7n, 5n)).to.include({ kind: "refused" });
        expect(await pay(channel, 9n, 5n)).to.include({ kind: "charged", spent: 9n });
      });
    });
  });
}
