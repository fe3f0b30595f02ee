import { expect } from "chai";
import { addressOf, ZERO_ADDRESS, type Terms } from "@rmps/proofs";
import { advance, closed, closeRequested, headAt, keyOf, newChannel } from "../support/channels.ts";
import { opened, openChannel, settled, token, toppedUp, type TestChannel } from "../support/channels.ts";
import { codeOf, pay, proofOf } from "../support/ledger.ts";
import { openShop, ourTerms, START, type Shop } from "../support/shop.ts";

describe("The ledger", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.close());

  it("serves a good proof, and says what was charged", async () => {
    const channel = await shop.channel(100n);
    expect(await pay(shop, channel, 9n, 5n)).to.deep.include({
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
      expect(await codeOf(shop, channel, 5n), JSON.stringify(terms)).to.equal("wrong-terms");
    }
    for (const challengePeriod of [3600, 86_400]) {
      expect(await codeOf(shop, await openChannel(shop.store, 100n, 10, { challengePeriod }), 5n)).to.equal("paid");
    }
  });

  it("asks for a deposit of at least the minimum", async () => {
    await shop.close();
    shop = await openShop({ ledger: { terms: { ...ourTerms, minDeposit: 50n } } });
    expect(await codeOf(shop, await openChannel(shop.store, 49n), 5n)).to.equal("wrong-terms");
    expect(await codeOf(shop, await openChannel(shop.store, 50n), 5n)).to.equal("paid");
  });

  it("waits for the top-up that makes a deposit enough", async () => {
    await shop.close();
    shop = await openShop({ ledger: { terms: { ...ourTerms, minDeposit: 50n } } });
    const channel = await openChannel(shop.store, 49n, 10);
    await advance(shop.store, 12, [toppedUp(channel, 12, 50n)], 11);
    shop.head = headAt(12, 11, START);
    const waiting = await pay(shop, channel, 5n, 5n);
    expect(waiting).to.include({ code: "channel-not-confirmed", missingConfirmations: 1 });
    await advance(shop.store, 13, [], 12);
    expect(await codeOf(shop, channel, 5n)).to.equal("paid");
  });

  it("takes only the sender side's signature", async () => {
    const signer = keyOf(3);
    const terms = { senderSigner: addressOf(signer) };
    const delegated = newChannel(terms, keyOf(2));
    await advance(shop.store, 11, [opened(delegated, 11, 100n)]);
    expect(await codeOf(shop, delegated, 5n), "the sender itself, where it named a signer").to.equal(
      "invalid-signature",
    );
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
    await pay(shop, channel, 20n, 20n);
    const known = await pay(shop, channel, 20n, 5n);
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
    expect(await pay(shop, channel, 20n, 5n), "anybody could have it from the chain").to.deep.include({
      view: undefined,
    });
    expect(await pay(shop, channel, 101n, 5n)).to.have.nested.property("view.spent", 20n);
    await advance(shop.store, 12, [settled(channel, 12, 20n)]);
    expect(await pay(shop, channel, 0n, 5n)).to.deep.include({ view: undefined });
  });

  it("has no price of 0", async () => {
    const channel = await shop.channel(100n);
    const refusal = await pay(shop, channel, 5n, 0n).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(RangeError);
  });

  it("knows its own terms", () => {
    const { terms } = newChannel();
    expect(shop.ledger.ours(terms)).to.equal(true);
    expect(shop.ledger.ours({ ...terms, token: ZERO_ADDRESS })).to.equal(false);
    expect(terms.token).to.equal(token);
  });
});
