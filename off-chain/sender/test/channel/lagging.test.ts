import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import { JsonRpcProvider, toQuantity } from "ethers";

import { memoryStore, SenderError, type Store } from "../../src/index.ts";
import { BUSY, until } from "../support/node.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("nodes behind one address that lag behind each other", () => {
  const world = useWorld();
  const DEPOSIT = 10n * PRICE;
  const OPTIONS = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25, batchStallTime: 0 };
  const manager = () => ({ chainId: 31337n, contract: world.chain.contract });
  const nonce = () => world.chain.provider.getTransactionCount(world.chain.address(2));

  const LATE = ["eth_getTransactionReceipt", "eth_getTransactionByHash", "eth_call"];

  /** Some are up to date; one, that is asked now and then, is where the chain was. */
  class Nodes extends JsonRpcProvider {
    readonly #behind: string;
    /** Whether it is the one that is behind that is asked. */
    isBehind: (method: string) => Promise<boolean> | boolean = () => false;
    /** How often that was so. */
    answers = 0;

    constructor(url: string, block: number) {
      super(url, 31337, OPTIONS);
      this.#behind = toQuantity(block);
    }

    override async send(method: string, params: unknown[]): Promise<unknown> {
      const ask = (values: unknown[]) => super.send(method, values as never) as Promise<unknown>;
      if (!LATE.includes(method) || !(await this.isBehind(method))) return ask(params);
      this.answers++;
      return method === "eth_call" ? ask([params[0], this.#behind]) : null;
    }
  }

  let nodes: Nodes;
  let store: Store;
  beforeEach(async () => {
    store = memoryStore();
    nodes = new Nodes(world.chain.url, await world.chain.blockNumber());
  });
  afterEach(() => nodes.destroy());

  async function shop() {
    const { receiver } = (await world.seller()).offer;
    return { receiver, receiverSigner: ZERO_ADDRESS, token: world.chain.tokenAddress, challengePeriod: 3600 };
  }
  const channels = (rpc: JsonRpcProvider) => world.sender({ store, rpc }).pay.channels;
  const isUnderWay = async () => ((await store.read()).underWay?.size ?? 0) > 0;

  it("do not make a deposit fail by counting its nonce while there is no receipt of it", async () => {
    const before = await nonce();
    nodes.isBehind = async () => (await nonce()) > before && nodes.answers < 6;
    const opened = await (await channels(nodes)).open(manager(), await shop(), DEPOSIT);
    expect(opened).to.include({ deposit: DEPOSIT, status: "open" });
    expect(await nonce()).to.equal(before + 1);
  });

  it("do not make a deposit be forgotten before the channel's state shows it: the next process does not repeat it", async () => {
    const [before, receiver] = [await nonce(), await shop()];
    nodes.isBehind = async (method) => method === "eth_call" && (await isUnderWay());
    const opening = (await channels(nodes)).open(manager(), receiver, DEPOSIT);
    await until(() => nodes.answers > 2 || undefined);
    expect(await isUnderWay()).to.equal(true);
    const left = memoryStore();
    const state = await store.read();
    await left.update((other) => Object.assign(other, state));
    const next = await world.sender({ store: left }).pay.channels;
    expect((await next.open(manager(), receiver, DEPOSIT)).deposit).to.equal(DEPOSIT);
    nodes.isBehind = () => false;
    expect((await opening).deposit).to.equal(DEPOSIT);
    expect(await nonce()).to.equal(before + 1);
  });

  it("do not make a deposit invisible that was seen", async () => {
    let lag = 5;
    nodes.isBehind = async (method) =>
      method === "eth_call" && !(await isUnderWay()) && (await nonce()) > before && lag-- > 0;
    const before = await nonce();
    const opened = await (await channels(nodes)).open(manager(), await shop(), DEPOSIT);
    expect([opened.deposit, lag < 0]).to.deep.equal([DEPOSIT, true]);
  });

  it("do not hide that a wallet's owner replaced a deposit by a faster one", async () => {
    const [before, receiver] = [await nonce(), await shop()];
    const wallet = await nodes.getSigner(world.chain.address(2));
    await nodes.send("evm_setAutomine", [false]);
    const opening = (await world.sender({ store, rpc: nodes, wallet }).pay.channels).open(manager(), receiver, DEPOSIT);
    const { to, data, gasLimit } = await until(async () => {
      const [sent] = [...((await store.read()).underWay ?? [])].flatMap(([, all]) => all);
      return sent?.isGuess ? undefined : sent;
    });
    let lag = 3;
    nodes.isBehind = async (method) =>
      method === "eth_call" && !(await isUnderWay()) && (await nonce()) > before && lag-- > 0;
    const fees = { maxFeePerGas: BUSY, maxPriorityFeePerGas: BUSY };
    await wallet.sendUncheckedTransaction({ to, data, gasLimit, nonce: before, ...fees });
    await nodes.send("evm_mine", []);
    await nodes.send("evm_setAutomine", [true]);
    expect((await opening).deposit).to.equal(DEPOSIT);
    expect([await nonce(), lag < 0]).to.deep.equal([before + 1, true]);
  });

  it("do not make a process that ends forget what its wallet has sent, though no node shows it yet", async () => {
    const [before, receiver] = [await nonce(), await shop()];
    nodes.isBehind = (method) => method === "eth_getTransactionByHash";
    const wallet = await nodes.getSigner(world.chain.address(2));
    await nodes.send("evm_setAutomine", [false]);
    const opening = (await world.sender({ store, rpc: nodes, wallet }).pay.channels).open(manager(), receiver, DEPOSIT);
    await until(() => nodes.answers > 0 || undefined);
    const left = memoryStore();
    const state = await store.read();
    await left.update((other) => Object.assign(other, state));
    const others = new Nodes(world.chain.url, 0);
    let hasLooked = false;
    others.isBehind = (method) => ((hasLooked ||= method === "eth_getTransactionReceipt"), false);
    const next = await world.sender({ store: left, rpc: others, wallet }).pay.channels;
    const again = next.open(manager(), receiver, DEPOSIT);
    const waiting = async () => Number(await nodes.send("eth_getBlockTransactionCountByNumber", ["pending"]));
    await until(async () => hasLooked || (await waiting()) > 1 || undefined);
    await nodes.send("evm_mine", []);
    await nodes.send("evm_setAutomine", [true]);
    nodes.isBehind = () => false;
    for (const { deposit } of await Promise.all([opening, again])) expect(deposit).to.equal(DEPOSIT);
    expect(await nonce()).to.equal(before + 1);
    others.destroy();
  });

  it("are not paid again and again with a deposit that they showed once, and then no more", async () => {
    const { url } = await world.seller();
    const limits = { maxDeposit: PRICE };
    const first = world.sender({ store, limits });
    expect((await first.pay(`${url}/a`)).status).to.equal(200);
    const { id } = await first.channel();
    const deposit = async () => (await world.chain.manager.stateOf(id)).deposit;
    const late = new Nodes(world.chain.url, await world.chain.blockNumber());
    let wasShown = false;
    late.isBehind = async (method) => {
      if (method !== "eth_call" || (await deposit()) === PRICE) return false;
      return wasShown || !(wasShown = true);
    };
    const { pay } = world.sender({ store, limits, rpc: late });
    const error = await rejection(pay(`${url}/b`), SenderError);
    expect(error.code).to.equal("chain");
    expect(error.message).to.match(/does not show a deposit/);
    expect(await deposit(), "once").to.equal(2n * PRICE);
    late.destroy();
  });
});
