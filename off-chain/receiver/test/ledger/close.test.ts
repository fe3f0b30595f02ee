import { expect } from "chai";
import { addressOf, signBalanceProof, signCloseRequest, verifyClosingAgreement } from "@rmps/proofs";
import { agreementSigner, createCloser, type Closer, type CloserOptions } from "../../src/ledger/close.ts";
import type { CloseVerdict } from "../../src/ledger/types.ts";
import { advance, closed, closeRequested, headAt, keyOf, manager, newChannel } from "../support/channels.ts";
import { openChannel, receiver, receiverKey, settled, type TestChannel } from "../support/channels.ts";
import { openShop, START, type Shop } from "../support/shop.ts";

const NOW = BigInt(START / 1000);

describe("Cooperative closing", () => {
  let shop: Shop;
  let channel: TestChannel;
  let closer: Closer;
  let signatures: number;

  const closerWith = (changes: Partial<CloserOptions> = {}) => {
    const sign = agreementSigner(manager, receiverKey);
    return createCloser({
      ledger: shop.ledger,
      store: shop.store,
      head: () => shop.head,
      now: () => shop.now,
      signer: (agreement) => {
        signatures++;
        return sign(agreement);
      },
      ...changes,
    });
  };

  beforeEach(async () => {
    shop = await openShop();
    channel = await shop.channel(100n);
    signatures = 0;
    closer = closerWith();
  });
  afterEach(() => shop.close());

  const pay = (balance: bigint, price: bigint) =>
    shop.ledger.pay({ channelId: channel.id, balance, signature: channel.proof(balance) }, { price });
  const ask = (amount: bigint, deadline = NOW + 60n, key = keyOf(2)): Promise<CloseVerdict> => {
    const request = { channelId: channel.id, amount, deadline };
    return closer.close({ ...request, signature: signCloseRequest({ ...manager, ...request }, key) });
  };

  it("ends at what is spent, at the receiver's own wish, whatever comes in between", async () => {
    await pay(5n, 5n);
    const { store } = shop;
    const end = store.end.bind(store);
    store.end = async (wanted) => {
      store.end = end;
      await pay(12n, 7n); // after the amount was signed
      return end(wanted);
    };
    expect(await closer.end(channel.id)).to.equal(true);
    const { agreement, terms, spent } = (await store.channel(channel.id))!;
    expect([agreement!.amount, spent, agreement!.deadline]).to.deep.equal([12n, 12n, NOW + 3600n]);
    const { signature, ...agreed } = agreement!;
    expect(
      verifyClosingAgreement({ ...manager, channelId: channel.id, ...agreed }, signature, terms.receiver),
    ).to.equal(true);
    expect(await ask(12n), "the sender gets the same").to.deep.equal({ kind: "agreed", ...agreement });
    expect(await closer.end(channel.id), "again").to.equal(true);
    expect(await closerWith({ signer: undefined }).end((await shop.channel()).id), "without a key").to.equal(false);
    const foreign = agreementSigner(manager, keyOf(7));
    expect(await closerWith({ signer: foreign }).end((await shop.channel()).id), "with another's").to.equal(false);
  });

  it("gives an agreement that the contract takes, for an hour, and the same again", async () => {
    await pay(5n, 5n);
    const first = await ask(7n);
    if (first.kind !== "agreed") throw new Error(first.code);
    expect(first).to.include({ amount: 7n, deadline: NOW + 3600n });
    const { amount, deadline, signature } = first;
    const agreement = { ...manager, channelId: channel.id, amount, deadline };
    expect(verifyClosingAgreement(agreement, signature, receiver)).to.equal(true);
    shop.now += 1000;
    expect(await ask(7n)).to.deep.equal(first);
    expect(await ask(50n), "whatever is asked then").to.deep.equal(first);
    expect(await ask(0n)).to.deep.equal(first);
    expect(signatures).to.equal(1);
    expect(await pay(12n, 5n)).to.include({ kind: "refused", code: "channel-closing" });
  });

  it("states what was spent where less is asked for, and signs nothing", async () => {
    await pay(20n, 5n);
    expect(await ask(4n)).to.deep.equal({ kind: "refused", code: "amount-below-spent", spent: 5n });
    await advance(shop.store, 12, [settled(channel, 12, 9n)]);
    expect(await ask(8n)).to.deep.equal({ kind: "refused", code: "amount-below-spent", spent: 9n });
    expect(await ask(101n)).to.deep.equal({ kind: "refused", code: "amount-exceeds-deposit", deposit: 100n });
    expect(signatures).to.equal(0);
    expect(await pay(21n, 5n), "nothing has ended").to.include({ kind: "paid" });
  });

  it("counts charges in flight as spent", async () => {
    const paid = await pay(5n, 5n);
    expect(await ask(0n)).to.include({ code: "amount-below-spent" });
    if (paid.kind === "paid") await shop.ledger.undo(paid.charge);
    expect(await ask(0n)).to.include({ kind: "agreed" });
  });

  it("gives nothing for a balance proof, to a stranger, or for a request that is over", async () => {
    const deadline = NOW + 60n;
    const proof = signBalanceProof({ ...manager, channelId: channel.id, balance: 5n }, keyOf(2));
    const byProof = await closer.close({ channelId: channel.id, amount: 5n, deadline, signature: proof });
    expect(byProof).to.include({ code: "invalid-signature" });
    expect(await ask(5n, deadline, keyOf(9))).to.include({ code: "invalid-signature" });
    expect(await ask(5n, deadline, receiverKey)).to.include({ code: "invalid-signature" });
    expect(await ask(5n, NOW - 1n)).to.include({ code: "expired" });
    expect(await ask(5n, NOW), "good in its last second").to.include({ kind: "agreed" });
  });

  it("goes by the chain's clock where that is ahead", async () => {
    shop.head = { ...headAt(10, 10, START), timestamp: Number(NOW) + 5000 };
    expect(await ask(5n)).to.include({ code: "expired" });
    expect(await ask(5n, NOW + 5000n)).to.include({ kind: "agreed", deadline: NOW + 5000n + 3600n });
  });

  it("knows no channel of others, and none that is closed", async () => {
    channel = newChannel();
    expect(await ask(5n)).to.include({ code: "channel-not-found" });
    channel = await openChannel(shop.store, 100n, 10, { receiverSigner: addressOf(keyOf(9)) });
    expect(await ask(5n)).to.include({ code: "wrong-terms" });
    channel = await shop.channel(100n);
    await advance(shop.store, 12, [closeRequested(channel, 12, 1n)]);
    expect(await ask(5n), "an agreement spares the challenge period").to.include({ kind: "agreed" });
    channel = await shop.channel(100n);
    await advance(shop.store, 13, [closed(channel, 13, 1n)]);
    expect(await ask(5n)).to.include({ code: "channel-closed" });
  });

  it("gives none without a signer, with a wrong one, or while the chain is silent", async () => {
    closer = closerWith({ signer: undefined });
    expect(await ask(5n)).to.include({ code: "no-signer" });
    closer = closerWith({ signer: agreementSigner(manager, keyOf(9)) });
    expect(await ask(5n)).to.include({ code: "no-signer" });
    expect(await pay(5n, 5n), "the channel goes on").to.include({ kind: "paid" });
    closer = closerWith();
    shop.head = undefined;
    expect(await ask(5n)).to.include({ code: "chain-unavailable" });
  });

  it("asks the chain about a sender side that is a contract", async () => {
    const silent = closerWith({ verifyOnChain: () => Promise.reject(new Error("no node answers")) });
    const asked = { channelId: channel.id, amount: 7n, deadline: NOW + 60n };
    expect(await silent.close({ ...asked, signature: "0x1234" })).to.include({ code: "chain-unavailable" });
    closer = closerWith({ verifyOnChain: async (_request, signature) => signature === "0x1234" });
    const request = { channelId: channel.id, amount: 5n, deadline: NOW };
    expect(await closer.close({ ...request, signature: "0x1235" })).to.include({ code: "invalid-signature" });
    expect(await closer.close({ ...request, signature: "0x1234" })).to.include({ kind: "agreed" });
  });

  it("never ends below what a payment at the same moment was charged", async () => {
    for (let round = 0; round < 20; round++) {
      channel = await shop.channel(100n);
      const [paid, verdict] = await Promise.all(round % 2 ? [pay(5n, 5n), ask(0n)] : [pay(5n, 5n), ask(5n)]);
      const { spent, agreement } = (await shop.store.channel(channel.id))!;
      expect(spent).to.equal(paid.kind === "paid" ? 5n : 0n);
      if (verdict.kind === "agreed") expect(spent <= agreement!.amount).to.equal(true);
    }
  });
});
