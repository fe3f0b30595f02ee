import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import { JsonRpcProvider, toQuantity } from "ethers";

import {
  memoryStore,
  SenderError,
  type ChannelsOptions,
  type FeeRise,
  type SentTransaction,
  type Store,
} from "../../src/index.ts";
import { BUSY, until, useManualNode } from "../support/node.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("a transaction that is not mined", () => {
  const world = useWorld();
  const node = useManualNode(() => world.chain);

  const DEPOSIT = 10n * PRICE;
  const OPTIONS = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 };
  const NEVER = { resendAfter: 2 ** 31 };
  const AT_ONCE = { resendAfter: 0 };
  const manager = () => ({ chainId: 31337n, contract: world.chain.contract });
  const nonce = () => node.provider.getTransactionCount(world.chain.address(2));

  /** Channels of account #2, and what they tell of fees. */
  async function process(store: Store, options: Partial<ChannelsOptions>) {
    const rises: FeeRise[] = [];
    const onFeeRaised = (rise: FeeRise) => void rises.push(rise);
    const { pay } = world.sender({ store, rpc: node.provider, onFeeRaised, ...options });
    return { channels: await pay.channels, rises };
  }

  async function shop() {
    const { receiver } = (await world.seller()).offer;
    return { receiver, receiverSigner: ZERO_ADDRESS, token: world.chain.tokenAddress, challengePeriod: 3600 };
  }

  /** What is under way, once it waits at the node. */
  const sent = (store: Store, hashes = 1) =>
    until(async () => {
      const [transaction] = [
        ...((await store.read()).underWay ?? new Map<string, readonly SentTransaction[]>()).values(),
      ].flat();
      if (transaction === undefined || transaction.isGuess || transaction.hashes.length < hashes) return undefined;
      const waits = (await node.provider.getTransaction(transaction.hashes.at(-1)!)) !== null;
      return waits ? transaction : undefined;
    });

  /** What a process leaves that is killed now. */
  async function copyOf(store: Store): Promise<Store> {
    const state = await store.read();
    const copy = memoryStore();
    await copy.update((other) => Object.assign(other, state));
    return copy;
  }

  it("is replaced by one with the same nonce and both fees higher, until one is mined; only that one counts", async () => {
    const store = memoryStore();
    const { channels, rises } = await process(store, { gas: AT_ONCE });
    const before = await nonce();
    await node.hold();
    const opening = channels.open(manager(), await shop(), DEPOSIT);
    const first = await sent(store);
    await node.spike();
    const last = await until(() => rises.find(({ maxFeePerGas }) => maxFeePerGas > BUSY));
    expect(last).to.include({ doing: "depositing", nonce: before });
    await sent(store, rises.length);
    await node.mine();
    expect((await opening).deposit).to.equal(DEPOSIT);
    expect(await nonce(), "one transaction").to.equal(before + 1);
    expect(await node.waiting()).to.deep.equal([]);
    const fees = [first, ...rises];
    for (const [i, { maxFeePerGas, maxPriorityFeePerGas }] of rises.entries()) {
      expect(maxFeePerGas * 8n >= fees[i]!.maxFeePerGas * 9n, `${maxFeePerGas}`).to.equal(true);
      expect(maxPriorityFeePerGas! * 8n >= fees[i]!.maxPriorityFeePerGas! * 9n).to.equal(true);
    }
    expect((await store.read()).underWay?.size ?? 0, "nothing is under way").to.equal(0);
  });

  it("is waited for no longer than is allowed, and gone on with by the next call", async () => {
    const store = memoryStore();
    const receiver = await shop();
    const before = await nonce();
    await node.hold();
    const { channels } = await process(store, { gas: { ...NEVER, giveUpAfter: 0 } });
    const error = await rejection(channels.open(manager(), receiver, DEPOSIT), SenderError);
    expect(error).to.include({ code: "chain" });
    expect(error.message).to.match(new RegExp(`depositing: transaction 0x\\w+ \\(nonce ${before}\\) is not mined yet`));
    expect(error.remedy).to.match(/nothing is sent twice.*--max-gas-price/);
    await node.mine();
    expect((await channels.open(manager(), receiver, DEPOSIT)).deposit).to.equal(DEPOSIT);
    expect(await nonce(), "one transaction").to.equal(before + 1);
  });

  it("is to be sped up in the wallet, if it was sent there", async () => {
    const wallet = await node.provider.getSigner(world.chain.address(2));
    await node.hold();
    const { channels } = await process(memoryStore(), { wallet, gas: { ...AT_ONCE, giveUpAfter: 0 } });
    const error = await rejection(channels.open(manager(), await shop(), DEPOSIT), SenderError);
    expect(error.remedy).to.match(/raise its fee in the wallet/);
  });

  it("holds up nobody, if a wallet sent it and the node has forgotten it by the next call", async () => {
    const [store, receiver] = [memoryStore(), await shop()];
    const wallet = await node.provider.getSigner(world.chain.address(2));
    await node.hold();
    const { channels } = await process(store, { wallet, gas: { giveUpAfter: 0 } });
    await rejection(channels.open(manager(), receiver, DEPOSIT), SenderError);
    await node.provider.send("hardhat_dropTransaction", [(await sent(store)).hashes[0]]);
    await node.provider.send("evm_setAutomine", [true]);
    expect((await channels.open(manager(), receiver, DEPOSIT)).deposit).to.equal(DEPOSIT);
  });

  it("says that the account lacks gas money, if that is why its fee cannot be raised", async () => {
    const store = memoryStore();
    const receiver = await shop();
    const address = world.chain.address(2);
    await node.hold();
    const quiet = await process(store, { gas: { ...NEVER, giveUpAfter: 0 } });
    await rejection(quiet.channels.open(manager(), receiver, DEPOSIT), SenderError);
    await node.spike();
    const balance = await node.provider.getBalance(address);
    const poor = 10n ** 16n;
    await node.provider.send("hardhat_setBalance", [address, toQuantity(poor)]);
    const next = await process(store, { gas: { ...AT_ONCE, giveUpAfter: 0 } });
    const error = await rejection(next.channels.open(manager(), receiver, DEPOSIT), SenderError);
    await node.provider.send("hardhat_setBalance", [address, toQuantity(balance)]);
    expect(error.remedy).to.match(/lacks gas money/);
  });

  it("is never paid for at more than the limit, and is mined once that is enough", async () => {
    const store = memoryStore();
    const maxFeePerGas = 4n * 10n ** 9n;
    const { channels, rises } = await process(store, { gas: { ...AT_ONCE, maxFeePerGas } });
    await node.hold();
    const opening = channels.open(manager(), await shop(), DEPOSIT);
    await sent(store);
    await node.spike();
    await sent(store, 2);
    for (let block = 0; block < 5; block++) await node.spike();
    await node.calm();
    await node.mine();
    expect((await opening).deposit).to.equal(DEPOSIT);
    expect(rises.map((rise) => rise.maxFeePerGas)).to.deep.equal([maxFeePerGas]);
  });

  it("is gone on with after a crash, under its nonce: a channel is opened once", async () => {
    const store = memoryStore();
    const receiver = await shop();
    const before = await nonce();
    await node.hold();
    const killed = (await process(store, { gas: NEVER })).channels.open(manager(), receiver, DEPOSIT);
    await sent(store);
    await node.spike();
    const left = await copyOf(store);
    const next = await process(left, { gas: AT_ONCE });
    const opening = next.channels.open(manager(), receiver, DEPOSIT);
    await until(() => next.rises.find(({ maxFeePerGas }) => maxFeePerGas > BUSY));
    await sent(left, next.rises.length + 1);
    await node.mine();
    const [one, other] = await Promise.all([killed, opening]);
    expect([one.id, one.deposit]).to.deep.equal([other.id, DEPOSIT]);
    expect(await nonce(), "one transaction").to.equal(before + 1);
  });

  it("is sent by the next process where a crash came between the book and the node", async () => {
    /** A node that never gets what is sent. */
    class Deaf extends JsonRpcProvider {
      override broadcastTransaction(): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    const store = memoryStore();
    const receiver = await shop();
    const before = await nonce();
    const deaf = new Deaf(world.chain.url, 31337, OPTIONS);
    void (await process(store, { rpc: deaf, gas: NEVER })).channels.open(manager(), receiver, DEPOSIT);
    await until(async () => (await store.read()).underWay?.values().next().value);
    const opened = await (
      await process(await copyOf(store), { gas: NEVER })
    ).channels.open(manager(), receiver, DEPOSIT);
    expect(opened.deposit).to.equal(DEPOSIT);
    expect(await nonce(), "one transaction").to.equal(before + 1);
    deaf.destroy();
  });

  it("is believed to be gone where another one took its nonce, and what it was for is done anew", async () => {
    const store = memoryStore();
    const receiver = await shop();
    await node.hold();
    const opening = (await process(store, { gas: NEVER })).channels.open(manager(), receiver, DEPOSIT);
    const { nonce: taken } = await sent(store);
    const signer = await node.provider.getSigner(world.chain.address(2));
    const fees = { maxFeePerGas: BUSY, maxPriorityFeePerGas: BUSY };
    const hash = await signer.sendUncheckedTransaction({ to: signer.address, nonce: taken, ...fees });
    await node.mine();
    expect(await node.provider.getTransactionReceipt(hash)).to.not.equal(null);
    const error = await rejection(opening, SenderError);
    expect(error).to.include({ code: "chain" });
    expect(error.message).to.match(/another transaction took its place/);
    await node.provider.send("evm_setAutomine", [true]);
    const again = await (await process(store, { gas: NEVER })).channels.open(manager(), receiver, DEPOSIT);
    expect(again.deposit).to.equal(DEPOSIT);
  });

  it("counts though the owner of a wallet replaced it by a faster one", async () => {
    /** A node that counts how often it is asked what became of the transaction. */
    class Counting extends JsonRpcProvider {
      looks = 0;

      override getTransactionReceipt(hash: string) {
        this.looks++;
        return super.getTransactionReceipt(hash);
      }
    }
    const store = memoryStore();
    const rpc = new Counting(world.chain.url, 31337, OPTIONS);
    const wallet = await rpc.getSigner(world.chain.address(2));
    let asked = 0;
    wallet.signTransaction = () => Promise.reject(new Error(`asked ${++asked} times`));
    const { channels, rises } = await process(store, { wallet, rpc, gas: AT_ONCE });
    const receiver = await shop();
    const before = await nonce();
    await node.hold();
    const opening = channels.open(manager(), receiver, DEPOSIT);
    const { to, data, gasLimit, nonce: same } = await sent(store);
    const fees = { maxFeePerGas: BUSY, maxPriorityFeePerGas: BUSY };
    await until(() => (rpc.looks > 2 ? true : undefined));
    await wallet.sendUncheckedTransaction({ to, data, gasLimit, nonce: same, ...fees });
    await node.mine();
    expect((await opening).deposit).to.equal(DEPOSIT);
    expect(await nonce()).to.equal(before + 1);
    expect({ asked, rises }, "the wallet's owner raises fees, nobody else").to.deep.equal({ asked: 0, rises: [] });
    rpc.destroy();
  });

  it("is forgotten on a chain that began anew, whose nonces are not there yet", async () => {
    const store = memoryStore();
    const account = { chainId: 31337n, address: world.chain.address(2) };
    const { channels } = await process(store, { gas: NEVER });
    const used = await nonce();
    const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
    const call = { to: world.chain.contract, data: "0x" as const, gasLimit: 21_000n, deposits: undefined };
    const hashes = [`0x${"ab".repeat(32)}` as const];
    await channels.book.noteSent(account, { doing: "depositing", ...call, ...fees, nonce: used + 50, hashes });
    expect((await channels.open(manager(), await shop(), DEPOSIT)).deposit).to.equal(DEPOSIT);
    expect(await nonce()).to.equal(used + 1);
  });
});
