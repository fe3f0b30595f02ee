import { encodeTerms, type Address } from "@rmps/proofs";
import { expect } from "chai";
import { hexlify, JsonRpcProvider, randomBytes, Wallet, zeroPadValue } from "ethers";

import {
  LimitExceededError,
  memoryStore,
  SenderError,
  type LimitName,
  type PayingFetchOptions,
} from "../../src/index.ts";
import { agreeTo } from "../../src/book/fees.ts";
import { depositFor, resolveLimits } from "../../src/paying-fetch/limits.ts";
import { until } from "../support/node.ts";
import { PRICE, type SellerOptions } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

const TOKEN = 10n ** 18n;
const STRANGER: Address = `0x${"ab".repeat(20)}`;

describe("createPayingFetch within its limits", () => {
  const world = useWorld();

  const cases: [LimitName, string, SellerOptions, Partial<PayingFetchOptions>][] = [
    ["maxPrice", "a price above 1 token by default", { price: TOKEN + 1n }, {}],
    ["maxPrice", "a price above its own limit", {}, { limits: { maxPrice: PRICE - 1n } }],
    ["maxDeposit", "a price above what may lie in a channel", {}, { limits: { maxDeposit: PRICE - 1n } }],
    ["maxTotal", "more than may be paid altogether", {}, { limits: { maxTotal: PRICE - 1n } }],
    ["maxChallengePeriod", "a challenge period above a week", { offer: { challengePeriod: 604_801 } }, {}],
    ["maxChallengePeriod", "one above its own limit", {}, { limits: { maxChallengePeriod: 3599 } }],
    ["minChallengePeriod", "one below its own limit", {}, { limits: { minChallengePeriod: 3601 } }],
    ["manager", "another manager", { offer: { manager: { chainId: 31337n, contract: STRANGER } } }, {}],
    [
      "manager",
      "a manager of a chain that it does not know",
      { offer: { manager: { chainId: 5n, contract: STRANGER } } },
      {},
    ],
    ["manager", "the shipped manager where another one is named", {}, { managers: { 31337: STRANGER } }],
    ["token", "a token that the manager does not take by transfer", { offer: { token: STRANGER } }, {}],
    ["token", "another token than the pinned ones", {}, { token: [STRANGER] }],
    ["receiver", "another receiver than the pinned one", {}, { receiver: STRANGER }],
  ];
  for (const [limit, what, seller, sender] of cases) {
    it(`refuses ${what}, and signs and sends nothing`, async () => {
      const { url, books, log } = await world.seller(seller);
      const block = await world.chain.blockNumber();
      const { pay, events } = world.sender(sender);
      const error = await rejection(pay(`${url}/a`), LimitExceededError);
      expect(error.limit).to.equal(limit);
      expect(error.remedy).to.match(/Nothing was signed/);
      const isPin = ["manager", "token", "receiver"].includes(limit);
      const remedy = isPin ? /option (\w+)/ : limit.startsWith("min") ? /Lower/ : /Raise/;
      expect(error.remedy).to.match(remedy);
      expect(log, "the unpaid request alone").to.deep.equal(["GET /a"]);
      expect(books.size).to.equal(0);
      expect(events).to.deep.equal([]);
      expect(await world.chain.blockNumber()).to.equal(block);
    });
  }

  it("takes exactly what is at its limits, and pinned parties in any case", async () => {
    const seller = await world.seller();
    const pins = {
      token: seller.offer.token.toUpperCase().replace("0X", "0x"),
      receiver: [STRANGER, seller.offer.receiver],
    };
    const limits = {
      maxPrice: PRICE,
      maxDeposit: PRICE,
      maxTotal: PRICE,
      minChallengePeriod: 3600,
      maxChallengePeriod: 3600,
    };
    const { pay, channel } = world.sender({ ...pins, limits });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await channel()).deposit).to.equal(PRICE);
    const error = await rejection(pay(`${seller.url}/b`), LimitExceededError);
    expect(error.limit).to.equal("maxTotal");
    expect(seller.only().offered).to.deep.equal([PRICE]);
  });

  it("counts what was refused towards nothing, and many at once towards the total", async () => {
    const seller = await world.seller();
    const { pay } = world.sender({ limits: { maxTotal: 5n * PRICE } });
    await pay(`${seller.url}/0`);
    seller.options = { onPayment: () => "insufficient-payment" };
    await Promise.allSettled([1, 2, 3].map((i) => pay(`${seller.url}/${i}`)));
    seller.options = {};
    const all = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((i) => pay(`${seller.url}/${i}`)));
    expect(all.filter(({ status }) => status === "fulfilled")).to.have.length(4);
    expect(seller.only().spent).to.equal(5n * PRICE);
  });

  it("pays a price that rose only within its limit", async () => {
    const seller = await world.seller();
    const { pay } = world.sender({ limits: { maxPrice: 3n * PRICE } });
    await pay(`${seller.url}/a`);
    seller.options = { price: 3n * PRICE };
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    seller.options = { price: 3n * PRICE + 1n };
    expect((await rejection(pay(`${seller.url}/a`), LimitExceededError)).limit).to.equal("maxPrice");
    expect(seller.only().spent).to.equal(4n * PRICE);
    expect(seller.only().accepted, "signed for the price as it was known, and no more").to.equal(7n * PRICE);
    seller.options = { price: 3n * PRICE };
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect(seller.only().accepted, "and offered again").to.equal(7n * PRICE);
  });

  it("believes no node on the token of the shipped manager", async () => {
    const selector = world.chain.manager.interface.getFunction("CALLBACK_TOKEN").selector;
    /** A node that names another token than the contract does. */
    class Liar extends JsonRpcProvider {
      override call(transaction: Parameters<JsonRpcProvider["call"]>[0]) {
        return transaction.data === selector ? Promise.resolve(zeroPadValue(STRANGER, 32)) : super.call(transaction);
      }
    }
    const seller = await world.seller({ offer: { token: STRANGER } });
    const rpc = new Liar(world.chain.url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const error = await rejection(world.sender({ rpc }).pay(`${seller.url}/a`), LimitExceededError);
    expect(error).to.include({ limit: "token", allowed: world.chain.tokenAddress });
    rpc.destroy();
  });

  it("does not use a key on another chain than the one it is for", async () => {
    const seller = await world.seller({ offer: { manager: { chainId: 1n, contract: STRANGER } } });
    const { pay } = world.sender({ managers: { 1: STRANGER }, onlyChain: 31337n, token: seller.offer.token });
    expect((await rejection(pay(`${seller.url}/a`), SenderError)).code).to.equal("configuration");
  });

  it("refuses an RPC of another chain", async () => {
    const seller = await world.seller({ offer: { manager: { chainId: 1n, contract: STRANGER } } });
    const { pay } = world.sender({ managers: { 1: STRANGER }, token: seller.offer.token });
    expect((await rejection(pay(`${seller.url}/a`), SenderError)).message).to.match(/serves chain 31337, not 1/);
  });

  it("does not pay on a channel with a period beyond its limits, even if it is known", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const own = world.sender();
    await own.pay(`${seller.url}/a`);
    const { terms } = await own.channel();
    expect(encodeTerms(terms)).to.have.length(2 + 448);
    const store = (await own.pay.channels).book.store;
    Object.assign(seller.offer, { challengePeriod: 1800 });
    const strict = world.sender({ store, limits: { maxChallengePeriod: 1800 } });
    expect((await strict.pay(`${seller.url}/a`)).status).to.equal(200);
    const all = await (await strict.pay.channels).list();
    expect(all.map((record) => record.charged)).to.deep.equal([PRICE, PRICE]);
    expect(await chain.balance(chain.contract)).to.not.equal(0n);
  });

  it("locks no more in all channels together, though a server names another receiver each time", async () => {
    const receivers = Array.from({ length: 4 }, () => hexlify(randomBytes(20)) as Address);
    const seller = await world.seller({ offer: { suggestedDeposit: 10n * PRICE } });
    const { pay, events } = world.sender({ wallet: world.chain.key(3), limits: { maxLocked: 25n * PRICE } });
    const ask = (receiver: Address) => {
      Object.assign(seller.offer, { receiver });
      return pay(`${seller.url}/${receiver}`);
    };
    for (const receiver of receivers.slice(0, 3)) expect((await ask(receiver)).status).to.equal(200);
    // Nine of ten lie in each of the first two channels: seven were left for the third.
    const opened = events.flatMap((event) => (event.kind === "opened" ? [event.amount / PRICE] : []));
    expect(opened).to.deep.equal([10n, 10n, 7n]);
    await ask(receivers[0]!);
    await ask(receivers[0]!);
    const block = await world.chain.blockNumber();
    Object.assign(seller.options, { price: 4n * PRICE });
    const error = await rejection(ask(receivers[3]!), LimitExceededError);
    expect(error).to.include({ limit: "maxLocked", allowed: `${25n * PRICE}`, asked: `${26n * PRICE}` });
    expect(error.remedy).to.match(/rmps close/);
    expect(await world.chain.blockNumber(), "nothing was sent").to.equal(block);
  });

  it("counts what earlier sessions locked, and no more what is closed by now", async () => {
    const [first, second] = [await world.seller(), await world.seller()];
    const [store, wallet] = [memoryStore(), world.chain.key(4)];
    const { pay } = world.sender({ store, wallet });
    for (const { url } of [first, second]) expect((await pay(`${url}/a`)).status).to.equal(200);
    // Nine of ten lie in each. What costs ten needs one more.
    second.options = { price: 10n * PRICE };
    const later = world.sender({ store, wallet, limits: { maxLocked: 18n * PRICE } });
    const error = await rejection(later.pay(`${second.url}/b`), LimitExceededError);
    expect(error).to.include({ limit: "maxLocked", asked: `${19n * PRICE}` });
    // Closed behind the book's back.
    const { terms } = (await (await pay.channels).list()).find(({ origin }) => origin === first.url)!;
    const receiver = new Wallet(first.receiverKey, new JsonRpcProvider(world.chain.url));
    await (await world.chain.signer(0)).sendTransaction({ to: receiver.address, value: 10n ** 18n });
    await (await world.chain.manager.connect(receiver).close(terms, 0n, 0n, "0x", 0n, "0x")).wait();
    receiver.provider!.destroy();
    expect((await later.pay(`${second.url}/b`)).status).to.equal(200);
  });

  it("counts deposits that are under way, though an earlier call gave up on them", async () => {
    /** A node that tells when it was asked what became of a transaction. */
    class Asked extends JsonRpcProvider {
      wasAsked = false;

      override getTransactionReceipt(hash: string) {
        this.wasAsked = true;
        return super.getTransactionReceipt(hash);
      }
    }
    const [first, second] = [await world.seller(), await world.seller()];
    const [store, wallet] = [memoryStore(), world.chain.key(6)];
    const rpc = new Asked(world.chain.url, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 });
    await rpc.send("evm_setAutomine", [false]);
    const hasty = world.sender({ store, wallet, gas: { giveUpAfter: 0 } });
    await rejection(hasty.pay(`${first.url}/a`), SenderError);
    const { pay, events } = world.sender({ store, wallet, rpc, limits: { maxLocked: 15n * PRICE } });
    const answer = pay(`${second.url}/a`);
    await until(() => rpc.wasAsked || undefined);
    await rpc.send("evm_setAutomine", [true]);
    await rpc.send("evm_mine", []);
    expect((await answer).status).to.equal(200);
    expect(events.flatMap((event) => (event.kind === "opened" ? [event.amount / PRICE] : []))).to.deep.equal([5n]);
    rpc.destroy();
  });

  it("counts what a process deposited that ended before it could take that down", async () => {
    const [first, second] = [await world.seller({ onPayment: () => "busy" }), await world.seller()];
    const [store, wallet] = [memoryStore(), world.chain.key(7)];
    const earlier = world.sender({ store, wallet, retries: 0 });
    await rejection(earlier.pay(`${first.url}/a`), SenderError);
    const lost = await earlier.channel();
    expect((await earlier.pay(`${second.url}/a`)).status).to.equal(200);
    const { book } = await earlier.pay.channels;
    await book.change(lost, (record) => (record.deposit = 0n));
    // Ten lie there, nine here, and what costs ten needs one more.
    second.options = { price: 10n * PRICE };
    const later = world.sender({ store, wallet, limits: { maxLocked: 19n * PRICE } });
    const error = await rejection(later.pay(`${second.url}/b`), LimitExceededError);
    expect(error).to.include({ limit: "maxLocked", asked: `${20n * PRICE}` });
  });

  it("counts what a sponsor was asked for, as long as it may come", async () => {
    const [first, second] = [await world.seller(), await world.seller()];
    const [store, wallet] = [memoryStore(), world.chain.key(8)];
    const { pay, channel } = world.sender({ store, wallet });
    expect((await pay(`${first.url}/a`)).status).to.equal(200);
    const { book } = await pay.channels;
    const asked = { data: "0x1234", amount: 4n * PRICE, fee: 0n, held: 10n * PRICE, since: 0n } as const;
    const until = BigInt(Math.floor(Date.now() / 1000)) + 10n ** 9n;
    await book.change(await channel(), (record) => agreeTo(record, { ...asked, until }));
    // Nine lie in the first channel, and four may be put there.
    const later = world.sender({ store, wallet, limits: { maxLocked: 15n * PRICE } });
    expect((await later.pay(`${second.url}/a`)).status).to.equal(200);
    const opened = later.events.flatMap((event) => (event.kind === "opened" ? [event.amount / PRICE] : []));
    expect(opened).to.deep.equal([2n]);
  });

  it("refuses to pay less than nothing, though the program says that this is the price", async () => {
    const seller = await world.seller();
    const { pay, channel } = world.sender();
    await pay(`${seller.url}/a`);
    const store = (await pay.channels).book.store;
    const { charged } = await channel();
    const { pay: wrong } = world.sender({ store, price: () => -PRICE });
    const error = await rejection(wrong(`${seller.url}/a`), SenderError);
    expect([error.code, error.message]).to.deep.equal(["configuration", "price: not an amount"]);
    expect((await channel()).charged).to.equal(charged);
  });

  it("locks by default what ten full channels hold", () => {
    expect(resolveLimits({}, 18).maxLocked).to.equal(100n * TOKEN);
    expect(resolveLimits({ maxDeposit: 5n }, 18).maxLocked).to.equal(50n);
    expect(resolveLimits({ maxDeposit: 5n, maxLocked: 7n }, 18).maxLocked).to.equal(7n);
  });

  it("locks no more though many ask at once", async () => {
    const sellers = [await world.seller(), await world.seller(), await world.seller()];
    const limits = { maxDeposit: PRICE, maxLocked: 2n * PRICE };
    const { pay } = world.sender({ wallet: world.chain.key(5), limits, retries: 0 });
    // What is paid for is not locked any more, so that nobody serves yet.
    for (const seller of sellers) seller.options = { onPayment: () => "busy" };
    await Promise.allSettled(sellers.map(({ url }) => pay(`${url}/a`)));
    const deposits = (await (await pay.channels).list()).map(({ deposit }) => deposit);
    expect(deposits.reduce((a, b) => a + b)).to.equal(2n * PRICE);
  });

  it("deposits what is suggested, ten times the price at least, within the limit and never less than what is missing", () => {
    const limits = { maxDeposit: 100n, maxLocked: 1000n };
    const offer = { token: STRANGER, price: 5n };
    const unspent = (here: bigint, elsewhere = 0n) => ({ here, elsewhere });
    const suggesting = (suggestedDeposit: bigint) => ({ ...offer, suggestedDeposit });
    expect(depositFor(offer, 5n, unspent(0n), limits)).to.deep.equal({ amount: 50n, most: 100n });
    expect(depositFor(suggesting(70n), 5n, unspent(0n), limits).amount).to.equal(70n);
    expect(depositFor(suggesting(49n), 5n, unspent(0n), limits).amount, "or each request costs gas").to.equal(50n);
    expect(depositFor(suggesting(2000n), 5n, unspent(0n), limits).amount).to.equal(100n);
    expect(depositFor(suggesting(1n), 60n, unspent(0n), limits).amount).to.equal(60n);
    expect(depositFor(offer, 5n, unspent(90n), limits)).to.deep.equal({ amount: 10n, most: 10n });
    expect(() => depositFor(offer, 11n, unspent(90n), limits)).to.throw(LimitExceededError, /maxDeposit/);
    expect(depositFor(offer, 5n, unspent(0n, 970n), limits)).to.deep.equal({ amount: 30n, most: 30n });
    expect(depositFor(offer, 5n, unspent(0n, 995n), limits).amount).to.equal(5n);
    expect(() => depositFor(offer, 5n, unspent(0n, 996n), limits)).to.throw(LimitExceededError, /maxLocked/);
  });
});
