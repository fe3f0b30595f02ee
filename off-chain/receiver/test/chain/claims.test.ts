import { expect } from "chai";
import type { RunningReceiver } from "../../src/receiver.ts";
import { CLOSED } from "../../src/store/channel.ts";
import { eventually, GAS_PAYER, TestChain } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

describe("claims and agreed closes on an embedded chain", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver | undefined;

  beforeEach(async () => {
    chain = await TestChain.start();
  });
  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
    await chain.stop();
    stores.remove();
  });

  it("fetches everything in one transaction once the exposure is reached, and the channels go on", async () => {
    receiver = await start(chain, stores.path(), { claims: { exposure: 100n } });
    const [first, second] = [await chain.open(2), await chain.open(3)];
    await pay(receiver, first, 60n, 60n);
    await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
    const before = await chain.earned();
    await pay(receiver, second, 40n, 40n);
    await eventually(async () => (await chain.earned()) - before === 100n);
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
    expect((await pay(receiver, first, 70n, 10n)).kind).to.equal("paid");
  });

  it("does not pay more for gas than a claim is worth", async () => {
    // One coin for 10¹⁸ units: 60 units are worth 60 wei.
    const gas = { tokensPerCoin: 10n ** 18n, multiple: 2 };
    receiver = await start(chain, stores.path(), { claims: { threshold: 1n }, gas });
    const channel = await chain.open(2);
    await pay(receiver, channel, 60n, 60n);
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await receiver!.store.channel(channel.id))?.closesAt !== 0);
    for (let round = 0; round < 3; round++) await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
  });

  it("fetches what is old by the chain's clock, which no restart sets back, and not again what came since", async () => {
    const store = stores.path();
    const claims = { age: 3600 };
    receiver = await start(chain, store, { claims });
    const channel = await chain.open(2);
    const before = await chain.earned();
    await pay(receiver, channel, 60n, 60n);
    /** The settler has looked, some seconds after it did before. */
    async function marked(from: bigint): Promise<void> {
      await chain.pass(10);
      await eventually(async () => (await receiver!.store.unsettled.all()).some(({ settled }) => settled >= from));
    }
    await marked(0n);
    await chain.pass(2000);
    await receiver.close();
    receiver = await start(chain, store, { claims });
    await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER), "not old enough").to.equal(0);
    await chain.pass(2000);
    // What is paid while the claim is under way is young.
    await pay(receiver, channel, 70n, 10n);
    await eventually(async () => (await chain.earned()) > before);
    await pay(receiver, channel, 80n, 10n);
    await marked(60n);
    await chain.pass(2000);
    for (let round = 0; round < 3; round++) await receiver.engine.settler!.round();
    await chain.pass(1000);
    for (let round = 0; round < 3; round++) await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
    await chain.pass(1000);
    await eventually(async () => (await chain.earned()) - before === 80n);
    expect(await chain.sent(GAS_PAYER)).to.equal(2);
  });

  it("closes by itself, at what was spent, when a sender does not submit its agreement", async () => {
    receiver = await start(chain, stores.path(), { agreementLifetime: 60 });
    const channel = await chain.open(2, 1000n);
    await pay(receiver, channel, 70n, 60n);
    const deadline = 2n ** 40n;
    const signature = channel.closeRequest(80n, deadline);
    const verdict = await receiver.engine.closer.close({ channelId: channel.id, amount: 80n, deadline, signature });
    expect(verdict).to.include({ kind: "agreed", amount: 80n });
    const before = await chain.earned();
    await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER), "the sender still may").to.equal(0);
    await chain.pass(600);
    await eventually(async () => (await receiver!.store.channel(channel.id))?.closesAt === CLOSED);
    expect((await chain.earned()) - before, "what was spent, not what was conceded").to.equal(60n);
  });

  it("is not moved by dust: channels that owe nothing are left to their senders", async () => {
    receiver = await start(chain, stores.path(), { agreementLifetime: 60, claims: { every: 1 } });
    for (let index = 0; index < 20; index++) {
      const channel = await chain.open(2, 1n);
      await chain.requestClose(channel, 0n);
    }
    await chain.pass(120);
    await eventually(async () => (await receiver!.store.channels({ status: "closing" })).length === 20);
    for (let round = 0; round < 3; round++) await receiver.engine.settler!.round();
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
  });

  it("rings without a gas key when somebody cheats, until the proof is submitted by someone else", async () => {
    receiver = await start(chain, stores.path(), {
      keys: { agreement: `0x${"11".repeat(32)}` },
      apiToken: "t".repeat(32),
    });
    const channel = await chain.open(2, 1000n, {
      receiver: receiver.identity.receiver,
    });
    await pay(receiver, channel, 60n, 60n);
    await chain.requestClose(channel, 0n);
    await eventually(() => receiver!.engine.alarms.rings("undefended"));
    const path = `${receiver.url}/api/1/channels/${channel.terms.sender}/${channel.id}/proof`;
    const response = await fetch(path, { headers: { authorization: `Bearer ${"t".repeat(32)}` } });
    const bundle = (await response.json()) as { amount: string; balance: string; proof: string };
    const settle = chain.contract.connect(chain.signer(8)).settle;
    await (await settle(channel.terms, bundle.amount, bundle.balance, bundle.proof)).wait();
    await eventually(() => !receiver!.engine.alarms.rings("undefended"));
  });
});
