import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import { advance, charge, openChannel, settled, type TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

/** How every store takes payments on channels that are older than itself. */
export function distrustsOldChannels(kind: Kind): void {
  describe("payments on a channel that is older than the store", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      await (await place.open()).close();
      store = await place.open({ firstBlock: 100, recover: true });
    });
    afterEach(() => place.remove());

    const pay = (channel: TestChannel, balance: bigint, price: bigint) => charge(store, channel, balance, price);

    it("takes each proof for its own request only", async () => {
      const channel = await openChannel(store, 1000n, 99);
      expect(await pay(channel, 300n, 5n)).to.include({ kind: "charged", spent: 300n });
      expect(await pay(channel, 250n, 5n)).to.include({ kind: "refused", code: "insufficient-payment" });
      expect(await pay(channel, 304n, 5n)).to.include({ kind: "refused" });
      expect(await pay(channel, 305n, 5n)).to.include({ kind: "charged", spent: 305n });
    });

    it("takes nothing that was settled before", async () => {
      const channel = await openChannel(store, 1000n, 99);
      await advance(store, 101, [settled(channel, 101, 500n)]);
      expect(await pay(channel, 500n, 5n)).to.include({ kind: "refused" });
      expect(await pay(channel, 504n, 5n)).to.include({ kind: "refused" });
      expect(await pay(channel, 505n, 5n)).to.include({ kind: "charged", spent: 505n });
    });

    it("counts credit on a channel that was opened since", async () => {
      const channel = await openChannel(store, 1000n, 100);
      expect(await pay(channel, 300n, 5n)).to.include({ kind: "charged", spent: 5n });
    });
  });
}
