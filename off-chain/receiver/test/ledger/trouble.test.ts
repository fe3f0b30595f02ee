import { expect } from "chai";
import { StoreUnavailable } from "../../src/store/error.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, hashOf, headAt, newChannel, opened, type TestChannel } from "../support/channels.ts";
import { codeOf, proofOf } from "../support/ledger.ts";
import { openShop, START, type Shop } from "../support/shop.ts";

describe("The ledger, when chain or store are in trouble,", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.close());

  it("sells nothing while the chain is silent for a quarter of the shortest challenge period", async () => {
    const channel = await shop.channel(100n);
    shop.now = START + 900_000;
    expect(shop.ledger.unavailable()).to.equal(undefined);
    shop.now++;
    expect(shop.ledger.unavailable()).to.equal("chain-unavailable");
    expect(await codeOf(shop, channel, 5n)).to.equal("chain-unavailable");
    shop.head = { ...headAt(11), movedAt: START, readAt: shop.now };
    expect(await codeOf(shop, channel, 5n), "on the development chain, reading is enough").to.equal("paid");
    shop.head = undefined;
    expect(await codeOf(shop, channel, 10n)).to.equal("chain-unavailable");
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
    expect(await codeOf(shop, channel, 5n)).to.equal("paid");
    lost = channel.id;
    expect(await codeOf(shop, channel, 10n)).to.equal("chain-unavailable");
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
    expect(await codeOf(shop, channel, 5n)).to.equal("paid");
    expect(await codeOf(shop, channel, 10n)).to.equal("paid");
    expect(looks).to.equal(1);
    expect(await codeOf(shop, newChannel(), 5n)).to.equal("channel-not-found");
    expect(looks).to.equal(2);
  });

  it("says busy when too many wait, and serves those that do", async () => {
    await shop.close();
    shop = await openShop({ ledger: { maxWaiting: 3 } });
    const channel = await shop.channel(100n);
    const codes = await Promise.all([1n, 2n, 3n, 4n, 5n].map((balance) => codeOf(shop, channel, balance)));
    expect(codes).to.deep.equal(["paid", "paid", "paid", "busy", "busy"]);
    expect(await codeOf(shop, channel, 4n)).to.equal("paid");
  });

  it("serves nothing while the store fails, says what broke, and counts nobody as waiting any more", async () => {
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
    const head = () => headAt(1, 1, Date.now());
    const ledger = createLedger({ manager, terms, store, head, onError, maxWaiting: 1 });
    for (const balance of [5n, 6n]) {
      const refused = { kind: "refused", code: "store-unavailable" };
      expect(await ledger.pay(proofOf(channel, balance), { price: 1n })).to.deep.equal(refused);
    }
    expect(await ledger.undo("1")).to.equal(false);
    await ledger.finish("1");
    expect(errors).to.have.length(4);
  });

  it("keeps what was accepted and spent through a re-org that takes the deposit and brings it back", async () => {
    const channel = newChannel();
    await advance(shop.store, 11);
    await advance(shop.store, 12, [opened(channel, 12, 100n)]);
    expect(await codeOf(shop, channel, 60n, 60n)).to.equal("paid");
    await shop.store.chain.rewind(11);
    expect(await codeOf(shop, channel, 61n)).to.equal("channel-not-found");
    await advance(shop.store, 13, [{ ...opened(channel, 13, 70n), transaction: hashOf(13, 1) }]);
    expect(await codeOf(shop, channel, 60n), "no service twice").to.equal("insufficient-payment");
    expect(await codeOf(shop, channel, 71n)).to.equal("balance-exceeds-deposit");
    expect(await codeOf(shop, channel, 70n, 10n)).to.equal("paid");
  });
});
