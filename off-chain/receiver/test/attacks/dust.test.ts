import { expect } from "chai";
import { openTogether, requestClosesTogether } from "../support/batch.ts";
import { eventually, GAS_PAYER, UNIT, type TestChannel } from "../support/chain.ts";
import { pay } from "../support/receiver.ts";
import { World } from "./world.ts";

/** Channels of dust. */
const COUNT = 1000;

/** What a coin is worth: the gas for a dispute costs far more than dust, and far less than a token. */
const TOKENS_PER_COIN = 1000n * UNIT;

describe("Attack: a thousand dust channels are closed at 0", () => {
  let world: World;
  before(async () => (world = await World.open({ gas: { tokensPerCoin: TOKENS_PER_COIN } })));
  after(() => world.stop());

  it("costs the receiver no gas that it does not gain, and hides no close that is worth an answer", async () => {
    const { chain, receiver } = world;
    const dust = await openTogether(chain, COUNT, 1n);
    const [early, late] = [await chain.open(3, UNIT), await chain.open(4, UNIT)];
    const read = () => eventually(async () => receiver.engine.watcher.head()?.number === (await chain.blockNumber()));
    await read();
    const spend = async (channel: TestChannel, amount: bigint) =>
      expect((await pay(receiver, channel, amount, amount)).kind).to.equal("paid");
    await Promise.all(dust.map((channel) => spend(channel, 1n)));
    await spend(early, UNIT);
    await spend(late, UNIT);

    const coins = () => chain.provider.getBalance(GAS_PAYER.address);
    const [sent, earned, before] = [await chain.sent(GAS_PAYER), await chain.earned(), await coins()];
    await chain.requestClose(early, 0n);
    await requestClosesTogether(chain, dust, 0n);
    await chain.requestClose(late, 0n);
    await read();
    for (const { id } of dust) expect((await receiver.store.channel(id))?.closesAt).to.be.above(0);
    await eventually(async () => (await chain.earned()) - earned === 2n * UNIT);
    for (let round = 0; round < 3; round++) await receiver.engine.settler!.round();

    expect((await chain.sent(GAS_PAYER)) - sent, "answers to the two that count, and no more").to.be.within(1, 2);
    const cost = ((before - (await coins())) * TOKENS_PER_COIN) / 10n ** 18n;
    expect(Number(cost), "gas, in tokens").to.be.below(Number((await chain.earned()) - earned) / 2);
  });
});
