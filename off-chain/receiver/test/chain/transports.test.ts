import { expect } from "chai";
import { startAnvil } from "../../../../test/fixtures/anvil.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { BareWebSocket } from "../support/bare-websocket.ts";
import { eventually, TestChain, UNIT } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

async function wholeStory(chain: TestChain, receiver: RunningReceiver): Promise<void> {
  const channel = await chain.open(2);
  expect((await pay(receiver, channel, 60n, 60n)).kind).to.equal("paid");
  await chain.deposit(channel.terms, UNIT);
  await eventually(async () => (await receiver.store.channel(channel.id))?.confirmedDeposit === 2n * UNIT);
  const before = await chain.earned();
  await chain.requestClose(channel, 0n);
  await eventually(async () => (await chain.earned()) - before === 60n);
  const snapshot = await chain.snapshot();
  const other = await chain.open(3);
  await eventually(async () => (await receiver.store.channel(other.id))?.deposit === UNIT);
  await chain.revert(snapshot);
  await chain.mine(3);
  await eventually(async () => (await receiver.store.channel(other.id))?.deposit === 0n);
}

describe("ways to a chain", () => {
  const stores = new Stores();
  after(() => stores.remove());

  it("follows Hardhat over WebSocket, by announcements: polling would be too slow", async () => {
    const chain = await TestChain.start();
    const receiver = await start(chain, stores.path(), { rpc: chain.url.replace("http", "ws"), pollMs: 3_600_000 });
    try {
      await wholeStory(chain, receiver);
    } finally {
      await receiver.close();
      await chain.stop();
    }
  });

  it("connects again when the WebSocket is lost", async () => {
    const chain = await TestChain.start();
    const receiver = await start(chain, stores.path(), { rpc: chain.url.replace("http", "ws") });
    try {
      const snapshot = await chain.snapshot();
      expect(snapshot).to.be.a("string");
      const [endpoint] = receiver.engine.rpc.endpoints;
      endpoint!.interrupt?.();
      await wholeStory(chain, receiver);
    } finally {
      await receiver.close();
      await chain.stop();
    }
  });

  it("goes on with the next node where a WebSocket is open and silent", async () => {
    const [chain, silent] = [await TestChain.start(), new BareWebSocket(() => undefined)];
    const rpc = [await silent.listen(), chain.url];
    const receiver = await start(chain, stores.path(), { rpc, rpcTimeoutMs: 2000 });
    try {
      await wholeStory(chain, receiver);
      expect(silent.opened).to.be.above(0);
    } finally {
      await receiver.close();
      await silent.stop();
      await chain.stop();
    }
  });

  for (const scheme of ["http", "ws"]) {
    it(`follows anvil over ${scheme}`, async () => {
      const anvil = await startAnvil();
      const chain = await TestChain.start({ url: anvil.url });
      const receiver = await start(chain, stores.path(), { rpc: anvil.url.replace("http", scheme) });
      try {
        await wholeStory(chain, receiver);
      } finally {
        await receiver.close();
        await chain.stop();
        await anvil.stop();
      }
    });
  }
});
