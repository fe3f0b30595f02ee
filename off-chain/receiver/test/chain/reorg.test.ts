import { expect } from "chai";
import { CLOSED } from "../../src/store/channel.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, GAS_PAYER, TestChain, UNIT, type TestChannel } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

describe("re-organizations", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver;

  beforeEach(async () => {
    chain = await TestChain.start();
    receiver = await start(chain, stores.path());
  });
  afterEach(async () => {
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  const facts = async ({ id }: TestChannel) => (await receiver.store.channel(id))!;
  const known = (channel: TestChannel) =>
    eventually(async () => (await receiver.store.channel(channel.id))?.openedBlock !== undefined);

  /** The blocks since `snapshot` are replaced by as many (and `more`) empty ones. */
  async function replace(snapshot: string, more = 0): Promise<void> {
    const height = await chain.blockNumber();
    await chain.revert(snapshot);
    await chain.mine(height - (await chain.blockNumber()) + more);
  }

  for (const more of [0, 1, 300]) {
    it(`forgets an opening that is gone, keeps what was paid, and knows it again (${more} blocks longer)`, async () => {
      const snapshot = await chain.snapshot();
      const channel = await chain.open(2);
      expect((await pay(receiver, channel, 100n, 60n)).kind).to.equal("paid");
      await replace(snapshot, more);
      await eventually(async () => (await facts(channel)).openedBlock === undefined);
      expect(await facts(channel)).to.include({ deposit: 0n, accepted: 100n, spent: 60n });
      expect(await pay(receiver, channel, 200n, 1n)).to.include({ kind: "refused", code: "channel-not-found" });

      await chain.deposit(channel.terms, UNIT);
      await known(channel);
      expect(await facts(channel)).to.include({ deposit: UNIT, accepted: 100n, spent: 60n });
      expect((await pay(receiver, channel, 201n, 1n)).kind).to.equal("paid");
      expect((await facts(channel)).spent).to.equal(61n);
    });
  }

  it("follows a chain that only got shorter", async () => {
    const snapshot = await chain.snapshot();
    const channel = await chain.open(2);
    await known(channel);
    await chain.mine(3);
    await eventually(async () => receiver.engine.watcher.head()?.number === (await chain.blockNumber()));
    await chain.revert(snapshot);
    await eventually(async () => (await facts(channel)).openedBlock === undefined);
    await eventually(async () => receiver.engine.watcher.head()?.number === (await chain.blockNumber()));
  });

  it("takes back a top-up that is gone: a proof above the deposit that is left buys nothing", async () => {
    const channel = await chain.open(2, 100n);
    const snapshot = await chain.snapshot();
    await chain.deposit(channel.terms, 100n);
    await eventually(async () => (await receiver.store.channel(channel.id))?.confirmedDeposit === 200n);
    expect((await pay(receiver, channel, 150n, 150n)).kind).to.equal("paid");
    await replace(snapshot);
    await eventually(async () => (await facts(channel)).deposit === 100n);
    expect(await facts(channel)).to.include({ confirmedDeposit: 100n, accepted: 150n, spent: 150n });
    expect(await pay(receiver, channel, 160n, 10n)).to.include({ kind: "refused", code: "balance-exceeds-deposit" });

    const before = await chain.earned();
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await chain.earned()) - before === 100n);
  });

  it("opens a channel again whose close request is gone", async () => {
    const channel = await chain.open(2);
    await pay(receiver, channel, 10n, 10n);
    const snapshot = await chain.snapshot();
    await chain.requestClose(channel, 10n);
    await eventually(async () => (await facts(channel)).closesAt !== 0);
    expect(await pay(receiver, channel, 20n, 10n)).to.include({ kind: "refused", code: "channel-closing" });
    await replace(snapshot);
    await eventually(async () => (await facts(channel)).closesAt === 0);
    expect((await pay(receiver, channel, 21n, 10n)).kind).to.equal("paid");
  });

  it("sends its dispute again when a re-organization removed it, and the close request stays", async () => {
    const channel = await chain.open(2);
    await pay(receiver, channel, 100n, 60n);
    const before = await chain.earned();
    await chain.rpc("evm_setAutomine", [false]);
    const requesting = chain.requestClose(channel, 0n);
    const waiting = () => chain.rpc<string>("eth_getBlockTransactionCountByNumber", ["pending"]);
    await eventually(async () => Number(await waiting()) === 1);
    await chain.mine();
    await requesting;
    const snapshot = await chain.snapshot();
    await eventually(async () => (await receiver.engine.settler!.unfinished()).length === 1);
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine();
    await eventually(async () => (await chain.earned()) - before === 60n);
    await eventually(async () => (await facts(channel)).settled === 60n);

    const height = await chain.blockNumber();
    await chain.rpc("evm_setAutomine", [false]); // Or the dispute may be back before anybody looks.
    await chain.revert(snapshot);
    expect(await chain.earned(), "the dispute is gone").to.equal(before);
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine(height - (await chain.blockNumber()));
    await eventually(async () => (await chain.earned()) - before === 60n);
    await eventually(async () => (await facts(channel)).settled === 60n);
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("does not lose what it was paid when a re-organization removed both close request and dispute", async () => {
    const channel = await chain.open(2);
    await pay(receiver, channel, 100n, 60n);
    const snapshot = await chain.snapshot();
    const before = await chain.earned();
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await chain.earned()) - before === 60n);
    await eventually(async () => (await facts(channel)).settled === 60n);
    await replace(snapshot);
    await eventually(async () => (await facts(channel)).closesAt === 0);
    // The proof is public by now, so it is submitted again, though nobody asks to close any more.
    await eventually(async () => (await chain.earned()) - before === 60n);
    expect((await pay(receiver, channel, 110n, 10n)).kind, "open again").to.equal("paid");
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await chain.earned()) - before === 70n);
  });

  it("opens a channel again whose closing is gone", async () => {
    const channel = await chain.open(2);
    await pay(receiver, channel, 10n, 10n);
    await chain.requestClose(channel, 10n);
    const snapshot = await chain.snapshot();
    await chain.pass(3601);
    await chain.finalize(channel);
    await eventually(async () => (await facts(channel)).closesAt === CLOSED);
    await replace(snapshot);
    await eventually(async () => (await facts(channel)).closesAt !== CLOSED);
    expect((await facts(channel)).closesAt).to.be.above(0);
  });

  it("notices a re-organization that happened while it was down", async () => {
    const path = stores.path();
    await receiver.close();
    receiver = await start(chain, path);
    const snapshot = await chain.snapshot();
    const channel = await chain.open(2);
    await pay(receiver, channel, 10n, 10n);
    await receiver.close();
    await replace(snapshot, 2);
    receiver = await start(chain, path);
    expect(await facts(channel)).to.include({ openedBlock: undefined, deposit: 0n, spent: 10n });
  });
});
