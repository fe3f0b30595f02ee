import { expect } from "chai";
import { PRICE, World } from "./world.ts";

/** A way to back a store up, and to restore it. */
export interface Backup {
  readonly name: string;
  /** Whether it is made while the receiver runs. */
  readonly running: boolean;
  /** Where the store is; undefined: in a file of the world's own. */
  readonly place?: () => string;
  /** Backs the world's store up. */
  make(world: World): Promise<void>;
  /** The receiver is stopped, its store lost: puts the backup in its place. */
  restore(world: World): Promise<void>;
}

/** The operator's token of the receivers here. */
export const TOKEN = "0123456789abcdef0123456789abcdef";

/** How a receiver goes on with an old copy of its store. */
export function survivesRestoring({ name, running, place, make, restore }: Backup): void {
  describe(name, () => {
    let world: World;
    before(async () => (world = await World.open({ apiToken: TOKEN }, place?.())));
    after(() => world.stop());

    it("gives no agreement below what the copy does not know of, and no service for proofs used since", async () => {
      const channel = await world.chain.open(2);
      const pay = async (total: bigint) => (await world.pay(channel, total * PRICE)).status;
      expect(await pay(1n)).to.equal(200);
      if (!running) await world.receiver.close();
      await make(world);
      if (!running) await world.restart();
      expect(await pay(2n), "after the copy").to.equal(200);
      expect(await pay(3n), "after the copy").to.equal(200);
      await world.receiver.close();
      await restore(world);
      await world.restart({ recover: true });
      await world.restart(); // Once is enough: the store remembers.
      expect(await world.spent(channel), "what the copy knows").to.equal(PRICE);

      expect((await world.askToClose(channel, PRICE)).status, "an agreement at what the copy says").to.equal(409);
      expect(await pay(1n), "used before the copy").to.equal(402);
      expect(await pay(4n), "an honest sender goes on").to.equal(200);
      expect(await world.spent(channel)).to.equal(4n * PRICE);
      expect(await pay(3n), "used after the copy").to.equal(402);
      expect((await world.askToClose(channel, 3n * PRICE)).status).to.equal(409);
      expect((await world.askToClose(channel, 4n * PRICE)).status).to.equal(200);
    });
  });
}
