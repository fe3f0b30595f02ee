import { expect } from "chai";
import { addressOf, ZERO_ADDRESS, type Terms } from "@rmps/proofs";
import type { LedgerRefusal } from "../../src/ledger/types.ts";
import { StoreUnavailable } from "../../src/store/error.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, closed, closeRequested, hashOf, headAt, keyOf, newChannel } from "../support/channels.ts";
import { opened, openChannel, settled, token, type TestChannel } from "../support/channels.ts";
import { openShop, ourTerms, START, type Shop } from "../support/shop.ts";

describe("The ledger", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.close());

  const proofOf = (channel: TestChannel, balance: bigint) => ({
    channelId: channel.id,
    balance,
    signature: channel.proof(balance),
  });
  const pay = (channel: TestChannel, balance: bigint, price: bigint) =>
    shop.ledger.pay(proofOf(channel, balance), { price });
  const codeOf = async (channel: TestChannel, balance: bigint, price = 1n): Promise<LedgerRefusal | "paid"> => {
    const verdict = await pay(channel, balance, price);
    return verdict.kind === "refused" ? verdict.code : (verdict.kind as "paid");
  };

  it("serves a good proof, and says what was charged", async () => {
    const channel = await shop.channel(100n);
    expect(await pay(channel, 9n, 5n)).to.deep.include({
      kind: "paid",
      channelId: channel.id,
      sender: channel.terms.sender,
      price: 5n,
      balance: 9n,
      accepted: 9n,
      spent: 5n,
      deposit: 100n,
    });
  });

  it("refuses what stands against the channel before it looks at the signature", async () => {
    const stranger = keyOf(99);
    const bad = (channel: TestChannel) => ({ ...proofOf(channel, 5n), signature: newChannel({}, stranger).proof(5n) });
    const channel = newChannel();
    expect(await shop.ledger.pay(bad(channel), { price: 1n })).to.include({ code: "channel-not-found" });
    await advance(shop.store, 12, [opened(channel, 12, 100n)], 9);
    shop.head = headAt(12, 9, START);
    const unconfirmed = await shop.ledger.pay(bad(channel), { price: 1n });
    expect(unconfirmed).to.include({ code: "channel-not-confirmed", missingConfirmations: 3 });
    await shop.store.chain.observe(headAt(13, 12));
    expect(await shop.ledger.pay(bad(channel), { price: 1n })).to.include({ code: "invalid-signature" });
    await advance(shop.store, 14, [closeRequested(channel, 14, 0n)]);
    expect(await shop.ledger.pay(bad(channel), { price: 1n })).to.include({ code: "channel-closing" });
    await advance(shop.store, 15, [closed(channel, 15, 0n)]);
    expect(await shop.ledger.pay(bad(channel), { price: 1n })).to.include({ code: "channel-closed" });
  });

  it("refuses every term that is not ours", async () => {
    const foreign: Partial<Terms>[] = [
      { receiver: addressOf(keyOf(9)) },
      { receiverSigner: addressOf(keyOf(9)) },
      { token: `0x${"77".repeat(20)}` },
      { challengePeriod: 3599 },
      { challengePeriod: 86_401 },
    ];
    for (const terms of foreign) {
      const channel = await openChannel(shop.store, 100n, 10, terms);
      expect(await codeOf(channel, 5n), JSON.stringify(terms)).to.equal("wrong-terms");
    }
    for (const challengePeriod of [3600, 86_400]) {
      expect(await codeOf(await openChannel(shop.store, 100n, 10, { challengePeriod }), 5n)).to.equal("paid");
    }
  });

  it("asks for a deposit of at least the minimum", async () => {
    await shop.close();
    shop = await openShop({ ledger: { terms: { ...ourTerms, minDeposit: 50n } } });
    expect(await codeOf(await openChannel(shop.store, 49n), 5n)).to.equal("wrong-terms");
    expect(await codeOf(await openChannel(shop.store, 50n), 5n)).to.equal("paid");
  });

  it("takes only the sender side's signature", async () => {
    const signer = keyOf(3);
    const terms = { senderSigner: addressOf(signer) };
    const delegated = newChannel(terms, keyOf(2));
    await advance(shop.store, 11, [opened(delegated, 11, 100n)]);
    expect(await codeOf(delegated, 5n), "the sender itself, where it named a signer").to.equal("invalid-signature");
    const plain = await shop.channel(100n);
    const other = await shop.channel(100n);
    const foreign = { ...proofOf(plain, 5n), signature: other.proof(5n) };
    expect(await shop.ledger.pay(foreign, { price: 1n })).to.include({ code: "invalid-signature" });
    const another = { ...proofOf(plain, 5n), signature: plain.proof(6n) };
    expect(await shop.ledger.pay(another, { price: 1n })).to.include({ code: "invalid-signature" });
    expect((await shop.store.channel(plain.id))!.accepted).to.equal(0n);
  });

  it("refuses a request that names another sender", async () => {
    const channel = await shop.channel(100n);
    const purchase = { price: 1n, sender: addressOf(keyOf(9)) };
    expect(await shop.ledger.pay(proofOf(channel, 5n), purchase)).to.include({ code: "wrong-terms" });
  });

  it("shows a channel's state only for a signature of more than was published", async () => {
    const channel = await shop.channel(100n);
    await pay(channel, 20n, 20n);
    const known = await pay(channel, 20n, 5n);
    expect(known).to.deep.include({
      code: "insufficient-payment",
      view: {
        channelId: channel.id,
        sender: channel.terms.sender,
        accepted: 20n,
        spent: 20n,
        deposit: 100n,
        signature: channel.proof(20n),
      },
    });
    const stranger = { ...proofOf(channel, 21n), signature: newChannel({}, keyOf(99)).proof(21n) };
    expect(await shop.ledger.pay(stranger, { price: 5n })).to.not.have.property("view");
    await shop.store.publish(channel.id, 20n);
    expect(await pay(channel, 20n, 5n), "anybody could have it from the chain").to.deep.include({ view: undefined });
    expect(await pay(channel, 101n, 5n)).to.have.nested.property("view.spent", 20n);
    await advance(shop.store, 12, [settled(channel, 12, 20n)]);
    expect(await pay(channel, 0n, 5n)).to.deep.include({ view: undefined });
  });

  it("sells nothing while the chain is silent for a quarter of the shortest challenge period", async () => {
    const channel = await shop.channel(100n);
    shop.now = START + 900_000;
    expect(shop.ledger.unavailable()).to.equal(undefined);
    shop.now++;
    expect(shop.ledger.unavailable()).to.equal("chain-unavailable");
    expect(await codeOf(channel, 5n)).to.equal("chain-unavailable");
    shop.head = { ...headAt(11), movedAt: START, readAt: shop.now };
    expect(await codeOf(channel, 5n), "on the development chain, reading is enough").to.equal("paid");
    shop.head = undefined;
    expect(await codeOf(channel, 10n)).to.equal("chain-unavailable");
    await shop.close();
    shop = await openShop({ ledger: { liveness: "moved" } });
    shop.now = START + 900_001;
    shop.head = { ...headAt(11), movedAt: START, readAt: shop.now };
    expect(shop.ledger.unavailable(), "elsewhere the head must move").to.equal("chain-unavailable");
  });

  it("sells nothing on a channel that cannot be defended", async () => {
    await shop.close();
    let lost = "";
    shop = await openShop({ ledger: { defensible: ({ id }) => id !== lost } });
    const channel = await shop.channel(100n);
    expect(await codeOf(channel, 5n)).to.equal("paid");
    lost = channel.id;
    expect(await codeOf(channel, 10n)).to.equal("chain-unavailable");
  });

  it("looks once for a channel that it does not know", async () => {
    await shop.close();
    const channel = newChannel();
    let looks = 0;
    const stores: Store[] = [];
    shop = await openShop({
      ledger: {
        discover: async (id) => {
          looks++;
          if (id === channel.id) await stores[0]!.chain.foresee([opened(channel, 10, 100n)]);
        },
      },
    });
    stores.push(shop.store);
    await advance(shop.store, 10);
    expect(await codeOf(channel, 5n)).to.equal("paid");
    expect(await codeOf(channel, 10n)).to.equal("paid");
    expect(looks).to.equal(1);
    expect(await codeOf(newChannel(), 5n)).to.equal("channel-not-found");
    expect(looks).to.equal(2);
  });

  it("says busy when too many wait, and serves those that do", async () => {
    await shop.close();
    shop = await openShop({ ledger: { maxWaiting: 3 } });
    const channel = await shop.channel(100n);
    const codes = await Promise.all([1n, 2n, 3n, 4n, 5n].map((balance) => codeOf(channel, balance)));
    expect(codes).to.deep.equal(["paid", "paid", "paid", "busy", "busy"]);
    expect(await codeOf(channel, 4n)).to.equal("paid");
  });

  it("serves nothing while the store fails, and says what broke", async () => {
    await shop.close();
    const errors: unknown[] = [];
    const broken = async () => {
      throw new StoreUnavailable("broken");
    };
    shop = await openShop();
    const channel = await shop.channel(100n);
    const store = Object.assign(Object.create(shop.store) as Store, {
      channel: (id: TestChannel["id"]) => shop.store.channel(id),
      cached: (id: TestChannel["id"]) => shop.store.cached(id),
      charge: broken,
      undo: broken,
      finish: broken,
    });
    const { createLedger } = await import("../../src/ledger/ledger.ts");
    const { manager, terms } = shop.ledger;
    const onError = (error: unknown) => errors.push(error);
    const ledger = createLedger({ manager, terms, store, head: () => headAt(1, 1, Date.now()), onError });
    expect(await ledger.pay(proofOf(channel, 5n), { price: 1n })).to.deep.equal({
      kind: "refused",
      code: "store-unavailable",
    });
    expect(await ledger.undo("1")).to.equal(false);
    await ledger.finish("1");
    expect(errors).to.have.length(3);
  });

  it("keeps what was accepted and spent through a re-org that takes the deposit and brings it back", async () => {
    const channel = newChannel();
    await advance(shop.store, 11);
    await advance(shop.store, 12, [opened(channel, 12, 100n)]);
    expect(await codeOf(channel, 60n, 60n)).to.equal("paid");
    await shop.store.chain.rewind(11);
    expect(await codeOf(channel, 61n)).to.equal("channel-not-found");
    await advance(shop.store, 13, [{ ...opened(channel, 13, 70n), transaction: hashOf(13, 1) }]);
    expect(await codeOf(channel, 60n), "no service twice").to.equal("insufficient-payment");
    expect(await codeOf(channel, 71n)).to.equal("balance-exceeds-deposit");
    expect(await codeOf(channel, 70n, 10n)).to.equal("paid");
  });

  it("has no price of 0", async () => {
    const channel = await shop.channel(100n);
    const refusal = await pay(channel, 5n, 0n).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(RangeError);
  });

  it("knows its own terms", () => {
    const { terms } = newChannel();
    expect(shop.ledger.ours(terms)).to.equal(true);
    expect(shop.ledger.ours({ ...terms, token: ZERO_ADDRESS })).to.equal(false);
    expect(terms.token).to.equal(token);
  });
});
