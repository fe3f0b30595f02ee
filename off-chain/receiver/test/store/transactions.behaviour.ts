import { expect } from "chai";
import { StoreConflict } from "../../src/store/error.ts";
import type { Store } from "../../src/store/store.ts";
import type { QueuedTransaction } from "../../src/store/transactions.ts";
import type { Kind, Place } from "./stores.ts";

/** One that waits to be sent. */
export const transaction: Omit<QueuedTransaction, "id"> = {
  from: `0x${"aa".repeat(20)}`,
  nonce: 7,
  purpose: "dispute",
  channels: [`0x${"cc".repeat(32)}`],
  to: `0x${"bb".repeat(20)}`,
  data: "0x1234",
  gasLimit: 100_000n,
  maxFeePerGas: 3_000_000_000n,
  maxPriorityFeePerGas: 1n,
  hashes: [],
  deadline: undefined,
  createdAt: 1,
  sentAt: undefined,
  state: "pending",
  minedBlock: undefined,
};

/** How every store keeps the settler's transactions. */
export function queuesTransactions(kind: Kind): void {
  describe("the queue of transactions", () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await kind.place();
      store = await place.open();
    });
    afterEach(() => place.remove());

    it("keeps them across a restart, until they are done", async () => {
      const first = await store.transactions.add(transaction);
      const second = await store.transactions.add({ ...transaction, nonce: 8, deadline: 99 });
      expect(await store.transactions.unfinished()).to.deep.equal([first, second]);
      const mined = { ...first, state: "mined", minedBlock: 5, hashes: [`0x${"dd".repeat(32)}`] } as const;
      await store.transactions.update(mined);
      await store.close();
      store = await place.open();
      expect(await store.transactions.unfinished()).to.deep.equal([mined, second]);
      await store.transactions.update({ ...mined, state: "done" });
      expect(await store.transactions.unfinished()).to.deep.equal([second]);
    });

    it("takes one for each nonce of an account, unless it failed", async () => {
      const first = await store.transactions.add(transaction);
      const refusal = await store.transactions.add(transaction).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(StoreConflict);
      await store.transactions.update({ ...first, state: "failed" });
      await store.transactions.add(transaction);
    });
  });
}
