import { expect } from "chai";
import type { Agreement } from "../../src/store/channel.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, closed, closeRequested, newChannel, openChannel, settled } from "../support/channels.ts";
import type { TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

const agreementFor = (amount: bigint, deadline = 1_800_000_000n): Agreement => ({
  amount,
  deadline,
  signature: `0x${"5a".repeat(65)}`,
});

/** How every store ends a channel by agreement. */
export function endsChannels(kind: Kind): void {
  describe("ends of channels", () => {
    let place: Place;
    let store: Store;
    let channel: TestChannel;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
      channel = await openChannel(store, 100n);
    });
    afterEach(() => place.remove());

    const pay = (balance: bigint, price: bigint) =>
      store.charge({ channelId: channel.id, balance, signature: channel.proof(balance), price });
    const end = (amount: bigint, deadline?: bigint) =>
      store.end({ channelId: channel.id, agreement: agreementFor(amount, deadline) });

    it("ends once, gives the first agreement again, and takes no more payments, also after a restart", async () => {
      await pay(5n, 5n);
      expect(await end(6n)).to.deep.equal({ kind: "ended", agreement: agreementFor(6n) });
      expect(await end(50n, 1_900_000_000n)).to.deep.equal({ kind: "ended", agreement: agreementFor(6n) });
      expect(await pay(10n, 5n)).to.deep.equal({ kind: "refused", code: "channel-closing" });
      await store.close();
      store = await place.open();
      expect((await store.channel(channel.id))?.agreement).to.deep.equal(agreementFor(6n));
      expect(await pay(10n, 5n)).to.deep.equal({ kind: "refused", code: "channel-closing" });
    });

    it("refuses what is below spent or settled, or above the deposit", async () => {
      await pay(20n, 5n);
      expect(await end(4n)).to.deep.equal({ kind: "below", spent: 5n });
      await advance(store, 12, [settled(channel, 12, 8n)]);
      expect(await end(7n)).to.deep.equal({ kind: "below", spent: 8n });
      expect(await end(101n)).to.deep.equal({ kind: "above", deposit: 100n });
      expect(await end(8n)).to.include({ kind: "ended" });
    });

    it("counts charges in flight as spent", async () => {
      const outcome = await pay(5n, 5n);
      expect(await end(0n)).to.deep.equal({ kind: "below", spent: 5n });
      if (outcome.kind !== "charged") throw new Error("not charged");
      await store.undo(outcome.charge);
      expect(await end(0n)).to.include({ kind: "ended" });
    });

    it("lets payments and the end race without loss", async () => {
      const [first, ended, second] = await Promise.all([pay(5n, 5n), end(5n), pay(10n, 5n)]);
      const { spent } = (await store.channel(channel.id))!;
      if (ended.kind === "ended") expect(spent <= ended.agreement.amount).to.equal(true);
      const charged = [first, second].filter(({ kind: outcome }) => outcome === "charged").length;
      expect(spent).to.equal(BigInt(charged) * 5n);
    });

    it("ends a channel that is closing, but none that is closed, unknown or unconfirmed", async () => {
      await advance(store, 12, [closeRequested(channel, 12, 0n)]);
      expect(await end(1n)).to.include({ kind: "ended" });
      channel = await openChannel(store, 100n);
      await advance(store, 13, [closed(channel, 13, 0n)]);
      expect(await end(1n)).to.deep.equal({ kind: "refused", code: "channel-closed" });
      channel = newChannel();
      expect(await end(1n)).to.deep.equal({ kind: "refused", code: "channel-not-found" });
    });

    it("ends no recovered channel that has not paid since", async () => {
      await pay(5n, 5n);
      await store.close();
      store = await place.open({ recover: true, firstBlock: 50 });
      expect(await end(5n)).to.deep.equal({ kind: "unknown" });
      expect(await pay(5n, 5n), "spent before").to.include({ kind: "refused" });
      expect(await end(5n)).to.deep.equal({ kind: "unknown" });
      expect(await pay(20n, 5n)).to.include({ kind: "charged", spent: 20n });
      expect(await end(19n)).to.deep.equal({ kind: "below", spent: 20n });
      expect(await end(20n)).to.include({ kind: "ended" });
    });
  });
}
