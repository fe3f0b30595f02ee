import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";

import {
  memoryStore,
  type ChannelRecord,
  type Channels,
  type Rpc,
  type SentTransaction,
  type Store,
} from "../../src/index.ts";
import { PRICE } from "../support/seller.ts";
import { useWorld } from "../support/world.ts";

describe("a deposit that was sent and is not mined", () => {
  const world = useWorld();
  let node: JsonRpcProvider;

  before(() => {
    node = new JsonRpcProvider(world.chain.url, 31337, OPTIONS);
  });
  after(() => node.destroy());
  afterEach(() => node.send("evm_setAutomine", [true]));

  const OPTIONS = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 };
  const DEPOSIT = 10n * PRICE;
  const manager = () => ({ chainId: 31337n, contract: world.chain.contract });
  const channelsOf = (store: Store, rpc: Rpc = world.chain.url): Promise<Channels> =>
    world.sender({ store, rpc }).pay.channels;

  /** A node that tells when it was asked for a transaction. */
  class AskedProvider extends JsonRpcProvider {
    wasAsked = false;

    override async getTransactionReceipt(hash: string) {
      const receipt = await super.getTransactionReceipt(hash);
      this.wasAsked = true;
      return receipt;
    }
  }

  /** What a process leaves in its store that is killed once it has sent a deposit. */
  async function leftBehind(store: Store): Promise<Store> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const { channels, underWay = new Map<string, readonly SentTransaction[]>() } = await store.read();
      for (const { hashes } of [...underWay.values()].flat()) {
        const transaction = await node.getTransaction(hashes[0]!);
        if (transaction === null || transaction.blockNumber !== null) continue;
        const copy = memoryStore();
        await copy.update((state) => Object.assign(state, { channels, underWay }));
        return copy;
      }
    }
  }

  /** Does the same in a process that is killed and in the next one, which finds the first one's deposit pending. */
  async function twice(store: Store, work: (channels: Channels) => Promise<ChannelRecord>): Promise<ChannelRecord[]> {
    await node.send("evm_setAutomine", [false]);
    const first = work(await channelsOf(store));
    const asked = new AskedProvider(world.chain.url, 31337, OPTIONS);
    const second = work(await channelsOf(await leftBehind(store), asked));
    const waiting = async () => Number(await node.send("eth_getBlockTransactionCountByNumber", ["pending"]));
    while (!asked.wasAsked && (await waiting()) < 2) await new Promise((resolve) => setImmediate(resolve));
    await node.send("evm_mine", []);
    await node.send("evm_setAutomine", [true]);
    const both = await Promise.all([first, second]);
    asked.destroy();
    return both;
  }

  async function shop() {
    const { receiver } = (await world.seller()).offer;
    return { receiver, receiverSigner: ZERO_ADDRESS, token: world.chain.tokenAddress, challengePeriod: 3600 };
  }

  it("is waited for after a crash, and not sent again, when a channel is opened", async () => {
    const receiver = await shop();
    const both = await twice(memoryStore(), (channels) => channels.open(manager(), receiver, DEPOSIT));
    expect(both.map(({ deposit }) => deposit)).to.deep.equal([DEPOSIT, DEPOSIT]);
    expect(both[0]!.id).to.equal(both[1]!.id);
  });

  it("is waited for after a crash, and not sent again, when one is topped up", async () => {
    const store = memoryStore();
    const own = await channelsOf(store);
    const record = await own.open(manager(), await shop(), DEPOSIT);
    const both = await twice(store, (channels) => channels.topUp(record, PRICE));
    expect(both.map(({ deposit }) => deposit)).to.deep.equal([DEPOSIT + PRICE, DEPOSIT + PRICE]);
    expect((await own.topUp(record, PRICE)).deposit, "the next is another one").to.equal(DEPOSIT + 2n * PRICE);
  });
});
