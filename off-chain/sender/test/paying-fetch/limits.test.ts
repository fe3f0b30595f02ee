import { encodeTerms, type Address } from "@rmps/proofs";
import { expect } from "chai";

import { LimitExceededError, SenderError, type LimitName, type PayingFetchOptions } from "../../src/index.ts";
import { depositFor } from "../../src/paying-fetch/limits.ts";
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
      if (["manager", "token", "receiver"].includes(limit)) expect(error.remedy).to.match(/option (\w+)/);
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

  it("deposits what is suggested, else ten times the price, within the limit and at least what is missing", () => {
    const limits = { maxDeposit: 100n };
    const token = STRANGER;
    expect(depositFor({ token, price: 5n }, 5n, 0n, limits)).to.equal(50n);
    expect(depositFor({ token, price: 5n, suggestedDeposit: 20n }, 5n, 0n, limits)).to.equal(20n);
    expect(depositFor({ token, price: 5n, suggestedDeposit: 2000n }, 5n, 0n, limits)).to.equal(100n);
    expect(depositFor({ token, price: 5n, suggestedDeposit: 1n }, 5n, 0n, limits)).to.equal(5n);
    expect(depositFor({ token, price: 5n }, 5n, 90n, limits)).to.equal(10n);
    expect(() => depositFor({ token, price: 5n }, 11n, 90n, limits)).to.throw(LimitExceededError);
  });
});
