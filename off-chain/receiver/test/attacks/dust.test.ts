import { expect } from "chai";
import { UNIT } from "../support/chain.ts";
import { eventually, GAS_PAYER, type TestChannel } from "../support/chain.ts";
import { World } from "./world.ts";

/** Channels of dust. */
const COUNT = 1000;

describe("Attack: a thousand dust channels are closed at 0", () => {
  let world: World;
  before(async function () {
    this.timeout(300_000);
    world = await World.open({
      // One coin is worth a thousand tokens: gas for one unit of dust is a loss.
      gas: { tokensPerCoin: 1000n * UNIT },
      routes: { "/dust": { price: 1n, handler: () => "content" } },
    });
  });
  after(() => world.stop());

  it("does not make the receiver burn gas, and hides no close that is worth an answer", async function () {
    this.timeout(300_000);
    const { chain } = world;
    const dust: TestChannel[] = [];
    for (let i = 0; i < COUNT; i++) dust.push(await chain.open(2, 1n));
    for (const channel of dust) expect((await world.pay(channel, 1n, "/dust")).status).to.equal(200);
    const big = await chain.open(3, UNIT);
    const verdict = await world.receiver.ledger.pay(
      { channelId: big.id, balance: UNIT, signature: big.proof(UNIT) },
      { price: UNIT },
    );
    if (verdict.kind !== "paid") throw new Error(verdict.kind);
    await world.receiver.ledger.finish(verdict.charge);

    const before = await chain.sent(GAS_PAYER);
    for (const channel of dust) await chain.requestClose(channel, 0n);
    await chain.requestClose(big, 0n);
    await eventually(async () => (await chain.stateOf(big.id)).settled === UNIT, 30_000);
    expect(await chain.sent(GAS_PAYER), "one answer, to the one that counts").to.equal(before + 1);
  });
});
