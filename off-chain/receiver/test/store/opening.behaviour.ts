import { expect } from "chai";
import { StoreRefused } from "../../src/store/error.ts";
import type { StoreOptions } from "../../src/store/store.ts";
import { binding } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";

/** How every store tells its own from others'. */
export function opensOnlyItsOwn(kind: Kind): void {
  describe("opening", () => {
    let place: Place;

    beforeEach(async () => {
      place = await kind.place();
    });
    afterEach(() => place.remove());

    const refusal = (options: Partial<StoreOptions>) =>
      place.open(options).then(
        () => "opened",
        (error: unknown) => (error instanceof StoreRefused ? error : String(error)),
      );

    it("keeps the first block and the challenge key", async () => {
      const first = await place.open({ firstBlock: 7 });
      const { challengeKey } = first;
      expect(challengeKey).to.have.length(32);
      expect(await first.lead()).to.equal(true);
      await first.close();
      const second = await place.open({ firstBlock: 9 });
      expect(second.firstBlock).to.equal(7);
      expect(second.challengeKey).to.deep.equal(challengeKey);
      await second.close();
      expect((await place.open({ firstBlock: 9, recover: true })).firstBlock).to.equal(9);
    });

    it("refuses what belongs to another chain, deployment, contract or receiver", async () => {
      await (await place.open()).close();
      const others: Partial<typeof binding>[] = [
        { chainId: 1n },
        { deploymentBlockHash: `0x${"00".repeat(32)}` },
        { contract: `0x${"00".repeat(20)}` },
        { receiver: `0x${"00".repeat(20)}` },
      ];
      for (const other of others) {
        const error = await refusal({ binding: { ...binding, ...other } });
        expect(error).to.be.instanceOf(StoreRefused);
        expect((error as StoreRefused).problem).to.equal("foreign");
        expect((error as StoreRefused).message).to.contain(Object.keys(other)[0]);
      }
      await place.open();
    });
  });
}
