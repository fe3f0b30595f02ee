import { expect } from "chai";
import { CLOSED } from "../../src/store/channel.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { account, eventually, GAS_PAYER, TestChain, UNIT } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

describe("settler on an embedded chain", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver;

  before(async () => {
    chain = await TestChain.start();
    receiver = await start(chain, stores.path());
  });
  after(async () => {
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  it("answers a close that concedes too little with the best proof, at what was spent", async () => {
    const channel = await chain.open(2);
    expect((await pay(receiver, channel, 100n, 60n)).kind).to.equal("paid");
    const before = await chain.earned();
    await chain.requestClose(channel, 10n);
    await eventually(async () => (await chain.earned()) - before === 60n);
    const state = await chain.stateOf(channel.id);
    expect(state.settled).to.equal(60n);
  });

  it("sends nothing when the close concedes all that was spent", async () => {
    const channel = await chain.open(3);
    expect((await pay(receiver, channel, 100n, 60n)).kind).to.equal("paid");
    const sent = await chain.sent(GAS_PAYER);
    await chain.requestClose(channel, 60n);
    await eventually(async () => (await receiver.store.channel(channel.id))?.closesAt !== 0);
    for (let round = 0; round < 3; round++) await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER)).to.equal(sent);
  });

  it("takes no payments on a channel as soon as its closing is seen, and settles what is finished later", async () => {
    const channel = await chain.open(4);
    const verdict = await receiver.ledger.pay(
      { channelId: channel.id, balance: 50n, signature: channel.proof(50n) },
      { price: 50n },
    );
    if (verdict.kind !== "paid") throw new Error(verdict.kind);
    const before = await chain.earned();
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await receiver.store.channel(channel.id))?.closesAt !== 0);
    await receiver.engine.settler!.round();
    expect(await chain.earned(), "a charge in flight may yet be undone").to.equal(before);
    expect(await pay(receiver, channel, 90n, 10n)).to.include({ kind: "refused", code: "channel-closing" });
    await receiver.ledger.finish(verdict.charge);
    await eventually(async () => (await chain.earned()) - before === 50n);
  });

  it("knows a channel at its first proof, though it was opened a moment ago", async () => {
    const channel = await chain.open(5);
    expect((await pay(receiver, channel, 1n, 1n)).kind).to.equal("paid");
  });

  it("follows top-ups", async () => {
    const channel = await chain.open(5, 100n);
    expect(await pay(receiver, channel, 150n, 150n)).to.include({ kind: "refused", code: "balance-exceeds-deposit" });
    await chain.deposit(channel.terms, 100n);
    await eventually(async () => (await receiver.store.channel(channel.id))?.confirmedDeposit === 200n);
    expect((await pay(receiver, channel, 150n, 150n)).kind).to.equal("paid");
  });

  it("checks until the channel is closed", async () => {
    const channel = await chain.open(6);
    await pay(receiver, channel, UNIT / 2n, UNIT / 2n);
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await receiver.store.channel(channel.id))?.settled === UNIT / 2n);
    await chain.pass(3601);
    await chain.finalize(channel);
    await eventually(async () => (await receiver.store.channel(channel.id))?.closesAt === CLOSED);
    expect(await chain.token.balanceOf(account(6).address)).to.equal(UNIT / 2n);
    const states = new Set((await receiver.engine.settler!.unfinished()).map(({ state }) => state));
    expect([...states], "a re-organization may still take them away").to.deep.equal(["mined"]);
    await chain.mine(64);
    await eventually(async () => (await receiver.engine.settler!.unfinished()).length === 0);
  });
});
