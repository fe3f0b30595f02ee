import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import { advance, closed, closeRequested, newChannel, opened } from "../support/channels.ts";
import type { TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

/** How every store lists and sums its channels. */
export function listsChannels(kind: Kind): void {
  describe("lists of channels", () => {
    let place: Place;
    let store: Store;
    const sender = `0x${"aa".repeat(20)}` as const;
    const channels = [newChannel(), newChannel(), newChannel(), newChannel({ sender })] as const;
    const [open, closing, done, agreed] = channels;

    before(async () => {
      place = await kind.place();
      store = await place.open();
      const events = channels.map((channel) => opened(channel, 10, 100n));
      await advance(store, 12, [...events, closeRequested(closing, 11, 1n), closed(done, 12, 2n)]);
      const charge = { channelId: open.id, balance: 5n, signature: open.proof(5n), price: 4n };
      await store.charge(charge);
      const agreement = { amount: 0n, deadline: 1n, signature: `0x${"5a".repeat(65)}` } as const;
      await store.end({ channelId: agreed.id, agreement });
    });
    after(() => place.remove());

    const ids = (some: readonly Pick<TestChannel, "id">[]) => some.map(({ id }) => id).sort();

    it("lists all in the order of their ids, in pages", async () => {
      const all = await store.channels({});
      expect(all.map(({ id }) => id)).to.deep.equal(ids(channels));
      const page = await store.channels({ limit: 2 });
      const rest = await store.channels({ after: page[1]!.id });
      expect(ids([...page, ...rest])).to.deep.equal(ids(channels));
    });

    it("lists by status, by sender, by what is unsettled and by what was agreed", async () => {
      expect(ids(await store.channels({ status: "open" }))).to.deep.equal([open.id]);
      expect(ids(await store.channels({ status: "closing" }))).to.deep.equal(ids([closing, agreed]));
      expect(ids(await store.channels({ status: "closed" }))).to.deep.equal([done.id]);
      expect(ids(await store.channels({ sender }))).to.deep.equal([agreed.id]);
      expect(ids(await store.channels({ unsettled: true }))).to.deep.equal([open.id]);
      expect(ids(await store.channels({ agreed: true }))).to.deep.equal([agreed.id]);
    });

    it("sums them up", async () => {
      expect(await store.totals()).to.deep.equal({
        open: 1,
        closing: 2,
        closed: 1,
        deposit: 300n,
        accepted: 8n,
        spent: 4n,
        settled: 3n,
        unsettled: 4n,
      });
    });
  });
}
