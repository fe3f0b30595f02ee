import { expect } from "chai";

import { LimitExceededError, PaymentRefusedError } from "../../src/index.ts";
import { PRICE, type Sale, type Seller } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("createPayingFetch with a receiver that takes what it did not earn", () => {
  const world = useWorld();

  /** Refuses a payment, after it closed the channel with its proof. */
  async function closeAndRefuse({ payment: { channelId, balance, signature } }: Sale): Promise<"channel-closed"> {
    const { manager } = world.chain;
    const [opened] = await manager.queryFilter(manager.filters.ChannelOpened(channelId));
    const { sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt } = opened!.args;
    const terms = { sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt };
    const asReceiver = manager.connect(await world.chain.signer(1));
    const { closesAt } = await manager.stateOf(channelId);
    if (closesAt === 0n) await (await asReceiver.close(terms, balance, balance, signature, 0n, "0x")).wait();
    return "channel-closed";
  }

  it("opens no other channel by itself where the first was closed to be paid for a refused request", async () => {
    const seller = await world.seller({ receiverKey: world.chain.key(1), onPayment: closeAndRefuse });
    const { pay, events } = world.sender({ limits: { maxTotal: 2n * PRICE } });
    const error = await rejection(pay(`${seller.url}/a`), PaymentRefusedError);
    expect(error.reason).to.equal("channel-closed");
    expect(error.remedy).to.contain(`took ${PRICE}`);
    expect(events.filter(({ kind }) => kind === "opened")).to.have.length(1);

    await rejection(pay(`${seller.url}/a`), PaymentRefusedError);
    expect((await rejection(pay(`${seller.url}/a`), LimitExceededError)).limit, "what was taken was paid").to.equal(
      "maxTotal",
    );
    expect(events.filter(({ kind }) => kind === "opened")).to.have.length(2);
  });

  it("counts what was taken for many requests at once only once towards the total", async () => {
    const seller: Seller = await world.seller({ receiverKey: world.chain.key(1) });
    const { pay } = world.sender({ limits: { maxTotal: 10n * PRICE } });
    await pay(`${seller.url}/a`);
    let arrived = 0;
    let go: () => void = () => undefined;
    const together = new Promise<void>((resolve) => (go = resolve));
    const highest: { sale?: Sale } = {};
    seller.options = {
      onPayment: async (sale) => {
        if (highest.sale === undefined || sale.payment.balance > highest.sale.payment.balance) highest.sale = sale;
        if (++arrived === 4) go();
        await together;
        return closeOnce();
      },
    };
    let closing: Promise<"channel-closed"> | undefined;
    const closeOnce = () => (closing ??= closeAndRefuse(highest.sale!));
    await Promise.all([1, 2, 3, 4].map((i) => rejection(pay(`${seller.url}/${i}`), PaymentRefusedError)));
    seller.options = {};
    // 1 was paid, 4 were taken: 5 are left.
    for (let i = 0; i < 5; i++) expect((await pay(`${seller.url}/${i}`)).status).to.equal(200);
    expect((await rejection(pay(`${seller.url}/b`), LimitExceededError)).limit).to.equal("maxTotal");
  });

  it("counts towards the total what it concedes for failed requests on the receiver's word", async () => {
    let claims = false;
    const seller: Seller = await world.seller({
      onPayment: (sale) => {
        if (!claims) return undefined;
        claims = false;
        const { balance, signature } = sale.payment;
        seller.refuse(sale, "insufficient-payment", { accepted: balance, spent: balance, proof: signature });
        return "answered";
      },
      onCharged: ({ response }) => (response.writeHead(500).end(), (claims = true)),
    });
    const { pay, channel } = world.sender({ limits: { maxTotal: 3n * PRICE } });
    const post = () => pay(`${seller.url}/a`, { method: "POST" });
    for (let i = 0; i < 3; i++) expect((await post()).status).to.equal(500);
    const error = await rejection(post(), LimitExceededError);
    expect(error.limit, "three were paid after all").to.equal("maxTotal");
    expect((await channel()).balance < 4n * PRICE, "no fourth was signed").to.equal(true);
  });

  it("counts towards the total a request that may have been charged on the channel that it left", async () => {
    let attempts = 0;
    const seller: Seller = await world.seller({
      onPayment: ({ response }) => {
        attempts++;
        if (attempts === 1) return (response.destroy(), "answered");
        if (attempts > 2) return undefined;
        Object.assign(seller.offer, { challengePeriod: seller.offer.challengePeriod + 1 });
        return "wrong-terms";
      },
    });
    const { pay } = world.sender({ limits: { maxTotal: 2n * PRICE } });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await rejection(pay(`${seller.url}/a`), LimitExceededError)).limit).to.equal("maxTotal");
  });

  it("counts towards the total what a failed answer says that it cost", async () => {
    const seller: Seller = await world.seller({
      onCharged: ({ response, books: { sender, accepted, spent } }) => {
        const [balance, total] = [accepted, spent].map(String);
        const receipt = { "RDN-Sender-Address": sender, "RDN-Sender-Balance": balance, "RDN-Spent": total };
        response.writeHead(500, { ...receipt, "RDN-Cost": String(PRICE) }).end();
        return true;
      },
    });
    const { pay, channel } = world.sender({ limits: { maxTotal: PRICE } });
    const post = () => pay(`${seller.url}/a`, { method: "POST" });
    expect((await post()).status).to.equal(500);
    expect((await rejection(post(), LimitExceededError)).limit).to.equal("maxTotal");
    expect((await channel()).balance, "nothing more was signed").to.equal(PRICE);
  });
});
