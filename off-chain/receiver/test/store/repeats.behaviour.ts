import { expect } from "chai";
import type { Charge, Store } from "../../src/store/store.ts";
import { charge, keyOf, openChannel, type TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

/** How every store takes payments that bear a key of the client's. */
export function chargesRepeatsOnce(kind: Kind): void {
  describe("payments under a key of the client's", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
    });
    afterEach(() => place.remove());

    const pay = (channel: TestChannel, balance: bigint, price: bigint, more: Partial<Charge>) =>
      charge(store, channel, balance, price, more);

    const key = keyOf(77);

    it("charges once, and gives the answer again", async () => {
      const channel = await openChannel(store, 1000n);
      const outcome = await pay(channel, 9n, 9n, { idempotency: key });
      if (outcome.kind !== "charged") throw new Error("not charged");
      expect(await pay(channel, 9n, 9n, { idempotency: key })).to.deep.equal({ kind: "repeated", answer: undefined });
      const answer = { status: 200, headers: [["x-a", "b"]] as const, body: new Uint8Array([1, 2, 3]) };
      await store.finish(outcome.charge, answer);
      expect(await pay(channel, 18n, 9n, { idempotency: key })).to.deep.equal({ kind: "repeated", answer });
      await store.close();
      store = await place.open();
      expect(await pay(channel, 27n, 9n, { idempotency: key })).to.deep.equal({ kind: "repeated", answer });
      expect(await store.channel(channel.id)).to.include({ spent: 9n });
    });

    it("charges two at once once", async () => {
      const channel = await openChannel(store, 1000n);
      const outcomes = await Promise.all([9n, 18n].map((balance) => pay(channel, balance, 9n, { idempotency: key })));
      expect(outcomes.map(({ kind }) => kind)).to.have.members(["charged", "repeated"]);
    });

    it("charges again after the charge was undone", async () => {
      const channel = await openChannel(store, 1000n);
      const outcome = await pay(channel, 9n, 9n, { idempotency: key });
      if (outcome.kind !== "charged") throw new Error("not charged");
      await store.undo(outcome.charge);
      expect(await pay(channel, 18n, 9n, { idempotency: key })).to.include({ kind: "charged", spent: 9n });
    });

    it("gives no answer for a published proof", async () => {
      const channel = await openChannel(store, 1000n);
      await pay(channel, 9n, 9n, { idempotency: key });
      await store.publish(channel.id, 9n);
      expect(await pay(channel, 9n, 9n, { idempotency: key })).to.include({ kind: "refused" });
    });

    it("charges once whatever was published meanwhile, and fails nobody who pays at the same time", async () => {
      const [channel, other] = [await openChannel(store, 1000n), await openChannel(store, 1000n)];
      await pay(channel, 1n, 1n, { idempotency: key });
      await pay(channel, 10n, 1n, {});
      await store.publish(channel.id, 10n);
      const outcomes = await Promise.all([pay(channel, 3n, 1n, { idempotency: key }), pay(other, 5n, 5n, {})]);
      expect(outcomes[0]).to.deep.equal({ kind: "refused", code: "insufficient-payment" });
      expect(outcomes[1]).to.include({ kind: "charged" });
      expect(await store.channel(channel.id)).to.include({ accepted: 10n, spent: 2n });
    });
  });
}
