import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";

import { memoryStore, SenderError, type ChannelsOptions, type Store } from "../../src/index.ts";
import { BUSY, until, useManualNode } from "../support/node.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("a node that is handed a transaction", () => {
  const world = useWorld();
  const node = useManualNode(() => world.chain);
  const DEPOSIT = 10n * PRICE;
  const OPTIONS = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 };
  const manager = () => ({ chainId: 31337n, contract: world.chain.contract });
  const nonce = () => node.provider.getTransactionCount(world.chain.address(2));

  /** A node behind others: what it says to a transaction, whether that got through, and how late it sees it. */
  class OddNode extends JsonRpcProvider {
    says: { code: number; message: string } | undefined;
    passesOn = true;
    blindFor = 0;

    override async send(method: string, params: unknown[]): Promise<unknown> {
      if (method === "eth_getTransactionByHash" && this.blindFor-- > 0) return null;
      const { says } = this;
      if (method !== "eth_sendRawTransaction" || says === undefined)
        return super.send(method, params as never) as unknown;
      if (this.passesOn) await super.send(method, params as never);
      this.says = undefined;
      throw this.getRpcError({ method, params, id: 1, jsonrpc: "2.0" }, { id: 1, error: says });
    }
  }

  const odd: OddNode[] = [];
  afterEach(() => odd.splice(0).forEach((provider) => provider.destroy()));

  async function shop() {
    const { receiver } = (await world.seller()).offer;
    return { receiver, receiverSigner: ZERO_ADDRESS, token: world.chain.tokenAddress, challengePeriod: 3600 };
  }

  async function sender(rpc: JsonRpcProvider, store: Store, gas: ChannelsOptions["gas"] = {}) {
    return world.sender({ store, rpc, gas }).pay.channels;
  }

  async function through(code: number, message: string, over: Partial<Pick<OddNode, "passesOn" | "blindFor">> = {}) {
    const rpc = Object.assign(new OddNode(world.chain.url, 31337, OPTIONS), { says: { code, message }, ...over });
    odd.push(rpc);
    const store = memoryStore();
    return { store, before: await nonce(), opening: (await sender(rpc, store)).open(manager(), await shop(), DEPOSIT) };
  }

  for (const [code, message] of [
    [-32000, "already known"],
    [-32000, "nonce too low"],
    [-32603, "internal error"],
    [-32005, "limit exceeded"],
  ] as const) {
    it(`may have it, though it says "${message}" and does not show it yet: nothing is sent twice`, async () => {
      const { store, before, opening } = await through(code, message, { blindFor: 3 });
      expect((await opening).deposit).to.equal(DEPOSIT);
      expect(await nonce()).to.equal(before + 1);
      expect((await store.read()).underWay?.size ?? 0).to.equal(0);
    });
  }

  for (const [message, code, words] of [
    ["insufficient funds for gas * price + value", "insufficient-funds", /lacks gas money/],
    ["replacement transaction underpriced", "chain", /another program sends from the account/],
    ["exceeds block gas limit", "chain", /depositing: exceeds block gas limit/],
  ] as const) {
    it(`has it not where it says "${message}": nothing is under way, and the next call sends it`, async () => {
      const { store, before, opening } = await through(-32000, message, { passesOn: false });
      const error = await rejection(opening, SenderError);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(words);
      expect((await store.read()).underWay?.size ?? 0).to.equal(0);
      const { terms } = [...(await store.read()).channels.values()][0]!;
      const opened = await (await sender(node.provider, store)).open(manager(), terms, DEPOSIT);
      expect([opened.deposit, await nonce()]).to.deep.equal([DEPOSIT, before + 1]);
    });
  }

  it("forgot what another program sent with a lower nonce: one that does nothing fills the gap", async () => {
    const [store, receiver, before] = [memoryStore(), await shop(), await nonce()];
    await node.hold();
    const signer = await node.provider.getSigner(world.chain.address(2));
    const theirs = await signer.sendUncheckedTransaction({ to: signer.address, value: 1n });
    const opening = (await sender(node.provider, store, { resendAfter: 0 })).open(manager(), receiver, DEPOSIT);
    const mine = await until(async () => [...((await store.read()).underWay ?? new Map()).values()].flat()[0]);
    expect(mine).to.include({ nonce: before + 1 });
    await until(async () => (await node.provider.getTransaction(mine.hashes[0])) ?? undefined);
    await node.provider.send("hardhat_dropTransaction", [theirs]);
    await until(async () => ((await node.waiting()).length === 2 ? true : undefined));
    await node.mine();
    expect((await opening).deposit).to.equal(DEPOSIT);
    expect(await nonce()).to.equal(before + 2);
  });

  it("is asked what all costs that waits, and takes several in one block", async () => {
    const store = memoryStore();
    const channels = await sender(node.provider, store, { resendAfter: 0 });
    const before = await nonce();
    await node.hold();
    const to = world.chain.contract;
    const call = { doing: "asking", deposits: undefined, to: world.chain.tokenAddress } as const;
    const data = world.chain.token.interface.encodeFunctionData("approve", [to, 1n]) as `0x${string}`;
    const many = channels.transactions.together(31337n, async (outbox) => {
      for (let i = 0; i < 3; i++) await outbox.submit({ ...call, data });
      await node.spike();
      await outbox.finish();
    });
    await until(async () => {
      const waiting = await node.waiting();
      return waiting.length === 3 && waiting.every(({ maxFeePerGas }) => maxFeePerGas > BUSY) ? true : undefined;
    });
    const blocks = await world.chain.blockNumber();
    await node.mine();
    await many;
    expect([await nonce(), await world.chain.blockNumber()]).to.deep.equal([before + 3, blocks + 1]);
  });

  it("lost all that waits, after a crash: it gets all of it again, in order", async () => {
    const store = memoryStore();
    const channels = await sender(node.provider, store);
    const before = await nonce();
    await node.hold();
    const data = world.chain.token.interface.encodeFunctionData("approve", [world.chain.contract, 1n]) as `0x${string}`;
    const order = { doing: "asking", deposits: undefined, to: world.chain.tokenAddress, data } as const;
    await channels.transactions.together(31337n, async (outbox) => {
      for (let i = 0; i < 3; i++) await outbox.submit(order);
    });
    for (const { hashes } of await channels.book.sent({ chainId: 31337n, address: world.chain.address(2) })) {
      await node.provider.send("hardhat_dropTransaction", [hashes[0]]);
    }
    const copy = memoryStore();
    const state = await store.read();
    await copy.update((other) => Object.assign(other, state));
    const next = (await sender(node.provider, copy)).transactions.settle(31337n);
    await until(async () => ((await node.waiting()).length === 3 ? true : undefined));
    await node.mine();
    await next;
    expect(await nonce()).to.equal(before + 3);
    expect((await copy.read()).underWay?.size ?? 0).to.equal(0);
  });
});
