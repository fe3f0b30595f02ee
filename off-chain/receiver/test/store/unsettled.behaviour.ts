import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import { keyOf } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

const marks = [1, 2, 3].map((n) => ({
  channelId: keyOf(n),
  settled: BigInt(n) * 10n ** 18n,
  since: 1_800_000_000 + n,
}));

/** How every store keeps since when something is unsettled. */
export function marksTheUnsettled(kind: Kind): void {
  describe("marks of what is unsettled", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
    });
    afterEach(() => place.remove());

    it("are kept across a restart, one for each channel", async () => {
      expect(await store.unsettled.all()).to.deep.equal([]);
      await store.unsettled.change(marks, []);
      await store.close();
      store = await place.open();
      expect(await store.unsettled.all()).to.have.deep.members(marks);
      const later = { ...marks[1]!, settled: 7n, since: 1_900_000_000 };
      await store.unsettled.change([later], [marks[0]!.channelId, keyOf(9)]);
      expect(await store.unsettled.all()).to.have.deep.members([later, marks[2]]);
    });
  });
}
