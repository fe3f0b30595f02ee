import { expect } from "chai";
import { CLOSED } from "../../src/store/channel.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, closed, closeRequested, hashOf, headAt, newChannel } from "../support/channels.ts";
import { opened, settled, toppedUp } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

/** How every store keeps the facts of the chain. */
export function followsTheChain(kind: Kind): void {
  describe("facts of the chain", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
    });
    afterEach(() => place.remove());

    it("starts with nothing, and remembers cursor and head", async () => {
      expect(await store.chain.head()).to.equal(undefined);
      expect(await store.chain.cursor()).to.equal(undefined);
      await advance(store, 12);
      expect(await store.chain.cursor()).to.deep.equal({ number: 12, hash: hashOf(12) });
      await store.close();
      store = await place.open();
      expect(await store.chain.cursor()).to.deep.equal({ number: 12, hash: hashOf(12) });
      expect(await store.chain.head()).to.include({ number: 12, confirmed: 12 });
    });

    it("folds a channel's events, and names the channels that changed", async () => {
      const [a, b] = [newChannel(), newChannel()];
      expect(await advance(store, 10, [opened(a, 9, 5n), opened(b, 10, 7n)])).to.have.members([a.id, b.id]);
      expect(await advance(store, 12, [toppedUp(a, 11, 50n), settled(a, 12, 3n)])).to.deep.equal([a.id]);
      expect(await store.channel(a.id)).to.include({ openedBlock: 9, deposit: 50n, settled: 3n, closesAt: 0 });
      await advance(store, 13, [closeRequested(a, 13, 4n)]);
      expect(await store.channel(a.id)).to.include({ settled: 4n, closesAt: 2_000_000_000, accepted: 4n });
      await advance(store, 14, [closed(a, 14, 6n)]);
      expect(await store.channel(a.id)).to.include({ settled: 6n, closesAt: CLOSED });
      expect(await store.channel(b.id)).to.include({ deposit: 7n, confirmedDeposit: 7n, closesAt: 0 });
    });

    it("takes the same blocks twice without harm, and ignores channels that are not ours", async () => {
      const channel = newChannel();
      const events = [opened(channel, 9, 5n), toppedUp(channel, 10, 8n), toppedUp(newChannel(), 10, 1n)];
      await advance(store, 10, events);
      await advance(store, 10, events);
      expect(await store.channel(channel.id)).to.include({ deposit: 8n });
    });

    it("confirms deposits one by one as the chain grows", async () => {
      const channel = newChannel();
      await advance(store, 12, [opened(channel, 9, 5n), toppedUp(channel, 11, 8n)], 8);
      expect(await store.channel(channel.id)).to.include({ deposit: 8n, confirmedDeposit: 0n });
      expect(await store.chain.observe(headAt(13, 9))).to.deep.equal([channel.id]);
      expect(await store.channel(channel.id)).to.include({ deposit: 8n, confirmedDeposit: 5n });
      expect(await store.chain.observe(headAt(14, 10))).to.deep.equal([]);
      await advance(store, 15, [], 11);
      expect(await store.channel(channel.id)).to.include({ confirmedDeposit: 8n });
    });

    it("unwinds deposits, settlements and closings, and nothing of ours", async () => {
      const channel = newChannel();
      await advance(store, 10, [opened(channel, 10, 5n)]);
      await store.charge({ channelId: channel.id, balance: 3n, signature: channel.proof(3n), price: 3n });
      await advance(store, 11, [toppedUp(channel, 11, 9n)]);
      await advance(store, 12, [settled(channel, 12, 2n), closeRequested(channel, 12, 4n)]);
      expect(await store.chain.rewind(11)).to.deep.equal([channel.id]);
      expect(await store.chain.cursor()).to.deep.equal({ number: 11, hash: hashOf(11) });
      expect(await store.channel(channel.id)).to.include({ deposit: 9n, settled: 0n, closesAt: 0 });
      await store.chain.rewind(10);
      expect(await store.channel(channel.id)).to.deep.include({ deposit: 5n, spent: 3n });
      expect((await store.channel(channel.id))?.proof?.balance).to.equal(3n);
    });

    it("forgets a channel whose opening went away, and knows it again with its proof when it comes back", async () => {
      const channel = newChannel();
      const charge = { channelId: channel.id, balance: 3n, signature: channel.proof(3n), price: 3n };
      await advance(store, 9);
      await advance(store, 10, [opened(channel, 10, 5n)]);
      await store.charge(charge);
      await store.chain.rewind(9);
      expect(await store.chain.cursor()).to.deep.equal({ number: 9, hash: hashOf(9) });
      expect(await store.channel(channel.id)).to.include({ openedBlock: undefined, deposit: 0n });
      const again = { ...charge, balance: 4n, signature: channel.proof(4n), price: 1n };
      expect(await store.charge(again)).to.deep.equal({ kind: "refused", code: "channel-not-found" });
      await advance(store, 11, [opened(channel, 11, 5n)]);
      expect(await store.charge(charge), "the old proof has bought something").to.include({ kind: "refused" });
      expect(await store.charge(again)).to.include({ kind: "charged", spent: 4n });
    });

    it("goes back to the highest kept block, or to the start", async () => {
      await advance(store, 5);
      await advance(store, 10);
      await store.chain.rewind(8);
      expect(await store.chain.cursor()).to.deep.equal({ number: 5, hash: hashOf(5) });
      await store.chain.rewind(3);
      expect(await store.chain.cursor()).to.equal(undefined);
    });

    it("keeps hashes of blocks, newest first, and not for ever", async () => {
      const blocks = Array.from({ length: 600 }, (_, i) => ({ number: i + 1, hash: hashOf(i + 1) }));
      const cursor = { number: 601, hash: hashOf(601) };
      await store.chain.advance({ from: 1, cursor, blocks, events: [], head: headAt(601) });
      const kept = await store.chain.blocks();
      expect(kept[0]).to.deep.equal(cursor);
      expect(kept[1]).to.deep.equal(blocks[599]);
      expect(kept.length).to.be.within(100, 520);
    });

    it("takes an opening ahead of the cursor, and replaces it when its block is read", async () => {
      const channel = newChannel();
      await advance(store, 10);
      expect(await store.chain.foresee([opened(channel, 12, 5n)])).to.deep.equal([channel.id]);
      expect(await store.chain.cursor()).to.deep.equal({ number: 10, hash: hashOf(10) });
      expect(await store.channel(channel.id)).to.include({ deposit: 5n, confirmedDeposit: 0n });
      await advance(store, 11);
      expect(await store.channel(channel.id), "not in block 11").to.include({ deposit: 5n });
      const head = headAt(13);
      const cursor = { number: 13, hash: hashOf(13) };
      await store.chain.advance({ from: 12, cursor, events: [], head });
      expect(await store.channel(channel.id), "another block 12").to.include({ openedBlock: undefined, deposit: 0n });
    });
  });
}
