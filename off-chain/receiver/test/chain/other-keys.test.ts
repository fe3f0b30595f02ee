import { expect } from "chai";
import type { RunningReceiver } from "../../src/receiver.ts";
import { account, eventually, GAS_PAYER, RECEIVER, TestChain } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

const NEW_PAYER = account(7);

describe("other keys after a restart", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver;

  beforeEach(async () => {
    chain = await TestChain.start();
  });
  afterEach(async () => {
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  async function cheat(sender: number): Promise<void> {
    const channel = await chain.open(sender);
    expect((await pay(receiver, channel, 100n, 60n)).kind).to.equal("paid");
    await chain.requestClose(channel, 10n);
  }

  const queue = async () =>
    (await receiver.engine.settler!.unfinished()).map(({ from, state }) => [from === NEW_PAYER.address, state]);

  it("a gas key: answers closes at once, while transactions of the old account are not final, and follows these", async () => {
    const store = stores.path();
    receiver = await start(chain, store);
    const before = await chain.earned();
    for (const sender of [2, 3]) await cheat(sender);
    await eventually(async () => (await chain.earned()) - before === 120n);
    await receiver.close();

    receiver = await start(chain, store, { keys: { agreement: RECEIVER.key, gas: NEW_PAYER.key } });
    await cheat(4);
    await eventually(async () => (await chain.earned()) - before === 180n);
    expect(await chain.sent(NEW_PAYER), "nothing to fill gaps of another account").to.equal(1);
    await eventually(async () => (await queue()).every(([, state]) => state === "mined"));
    await chain.mine(64);
    await eventually(async () => (await queue()).length === 0);
  });

  it("a gas key: decides anew what the old account did not get into a block", async () => {
    const store = stores.path();
    receiver = await start(chain, store);
    const channel = await chain.open(5);
    expect((await pay(receiver, channel, 100n, 60n)).kind).to.equal("paid");
    const before = await chain.earned();
    await chain.rpc("evm_setAutomine", [false]);
    const request = chain.requestClose(channel, 10n);
    await eventually(async () => Number(await chain.rpc("eth_getBlockTransactionCountByNumber", ["pending"])) === 1);
    await chain.mine();
    await request;
    await eventually(async () => (await receiver.engine.settler!.unfinished())[0]?.sentAt !== undefined);
    const [row] = await receiver.engine.settler!.unfinished();
    await receiver.close();
    for (const hash of row!.hashes) await chain.rpc("hardhat_dropTransaction", [hash]);
    await chain.rpc("evm_setAutomine", [true]);

    receiver = await start(chain, store, { keys: { agreement: RECEIVER.key, gas: NEW_PAYER.key } });
    await eventually(async () => (await chain.earned()) - before === 60n);
    expect(await chain.sent(NEW_PAYER)).to.equal(1);
    await eventually(async () => JSON.stringify(await queue()) === '[[true,"mined"]]');
  });

  it("an agreement key: takes no payments on channels with the old one, and defends them", async () => {
    const store = stores.path();
    receiver = await start(chain, store);
    const channel = await chain.open(2);
    expect((await pay(receiver, channel, 100n, 60n)).kind).to.equal("paid");
    await receiver.close();

    const keys = { agreement: account(6).key, gas: GAS_PAYER.key };
    receiver = await start(chain, store, { receiver: RECEIVER.address, keys });
    expect(await pay(receiver, channel, 200n, 60n)).to.include({ kind: "refused", code: "wrong-terms" });
    const before = await chain.earned();
    await chain.requestClose(channel, 10n);
    await eventually(async () => (await chain.earned()) - before === 60n);
  });
});
