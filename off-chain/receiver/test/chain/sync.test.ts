import { expect } from "chai";
import { eventually, TestChain } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

describe("reading a chain with a past", () => {
  const stores = new Stores();
  let chain: TestChain;

  before(async () => {
    chain = await TestChain.start();
  });
  after(async () => {
    await chain.stop();
    stores.remove();
  });

  it("finds every channel of ours, and none of others", async () => {
    const ours = [await chain.open(2, 5n), await chain.open(3, 6n)];
    const other = await chain.open(4, 7n, { receiver: chain.tokenAddress });
    await chain.deposit(ours[0]!.terms, 5n);
    await chain.deposit(other.terms, 5n);
    await chain.requestClose(ours[1]!, 2n);
    await chain.requestClose(other, 2n);
    const receiver = await start(chain, stores.path());
    try {
      const known = new Map((await receiver.store.channels({})).map((channel) => [channel.id, channel]));
      expect([...known.keys()].sort()).to.deep.equal(ours.map(({ id }) => id).sort());
      expect(known.get(ours[0]!.id)).to.include({ deposit: 10n, confirmedDeposit: 10n, closesAt: 0 });
      expect(known.get(ours[1]!.id)).to.include({ deposit: 6n, settled: 2n });
      expect(known.get(ours[1]!.id)!.closesAt).to.be.above(0);
    } finally {
      await receiver.close();
    }
  });

  it("goes on from where it stopped", async () => {
    const path = stores.path();
    await (await start(chain, path)).close();
    const channel = await chain.open(5);
    const receiver = await start(chain, path);
    try {
      expect((await pay(receiver, channel, 1n, 1n)).kind).to.equal("paid");
      await eventually(() => receiver.engine.watcher.failingSince === undefined);
    } finally {
      await receiver.close();
    }
  });
});
