import { signBalanceProof, type Hex } from "@rmps/proofs";
import { expect } from "chai";

import { PaymentRefusedError, type SenderEvent } from "../../src/index.ts";
import { PRICE, type Seller } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("createPayingFetch with a receiver that refuses", () => {
  const world = useWorld();
  const GENEROUS = { maxDeposit: 10n ** 19n };

  it("offers the same balance again and again, in one call and over many", async () => {
    const offered: bigint[] = [];
    const seller = await world.seller({
      onPayment: ({ payment }) => (offered.push(payment.balance), "insufficient-payment"),
    });
    const { pay, spent } = world.sender();
    for (let call = 0; call < 4; call++) {
      const error = await rejection(pay(`${seller.url}/a`), PaymentRefusedError);
      expect(error.reason).to.equal("insufficient-payment");
    }
    expect(offered.length).to.be.greaterThan(4);
    expect(new Set(offered)).to.deep.equal(new Set([PRICE]));
    expect(await spent(), "nothing of it counts as spent").to.equal(0n);
  });

  it("is not led on by one that shows the sender's own signature and claims all is spent", async () => {
    const offered: bigint[] = [];
    const seller = await world.seller({
      onPayment: (sale) => {
        const { balance, signature } = sale.payment;
        offered.push(balance);
        seller.refuse(sale, "insufficient-payment", { accepted: balance, spent: balance, proof: signature });
        return "answered";
      },
    });
    const { pay } = world.sender({ limits: GENEROUS });
    for (let call = 0; call < 4; call++) await rejection(pay(`${seller.url}/${call}`), PaymentRefusedError);
    expect(new Set(offered)).to.deep.equal(new Set([PRICE]));
  });

  it("follows a price that rises whenever it is paid four times, and no further", async () => {
    let price = PRICE;
    const seller = await world.seller({
      price: () => price,
      onPayment: () => {
        price += 1n;
        return "insufficient-payment";
      },
    });
    const { pay, spent } = world.sender();
    expect((await rejection(pay(`${seller.url}/a`), PaymentRefusedError)).reason).to.equal("insufficient-payment");
    expect(seller.log, "asked once, and paid five times").to.have.length(6);
    expect(await spent()).to.equal(0n);
  });

  it("loses at most the prices in flight to one that served once and then refuses and claims", async () => {
    let served = 0;
    let highest: { balance: bigint; signature: Hex } | undefined;
    const seller = await world.seller({
      onPayment: (sale) => {
        const { balance, signature } = sale.payment;
        if (highest === undefined || balance > highest.balance) highest = { balance, signature };
        if (served++ === 0) return undefined;
        seller.refuse(sale, "insufficient-payment", {
          accepted: highest.balance,
          spent: highest.balance,
          proof: highest.signature,
        });
        return "answered";
      },
    });
    const { pay, channel } = world.sender({ maxInFlight: 4, limits: GENEROUS });
    await pay(`${seller.url}/first`);
    for (let round = 0; round < 3; round++) {
      await Promise.allSettled(Array.from({ length: 12 }, (_, i) => pay(`${seller.url}/${i}`)));
    }
    expect((await channel()).balance <= 5n * PRICE, "the first, and four in flight").to.equal(true);
  });

  it("waits while the receiver is busy, and says so when it gives up", async () => {
    let refusals = 2;
    const seller = await world.seller({ onPayment: () => (refusals-- > 0 ? "busy" : undefined) });
    const { pay, events } = world.sender();
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE]);
    expect(events.filter(({ kind }) => kind === "refused")).to.have.length(2);

    seller.options = { onPayment: () => "store-unavailable" };
    const error = await rejection(world.sender({ retries: 1 }).pay(`${seller.url}/a`), PaymentRefusedError);
    expect([error.reason, error.status]).to.deep.equal(["store-unavailable", 503]);
  });

  it("waits for confirmations with the same balance", async () => {
    let blocks = 3;
    const seller = await world.seller({ onPayment: () => (blocks-- > 0 ? "channel-not-confirmed" : undefined) });
    const { pay } = world.sender({ retries: 0 });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE]);
    seller.options = { onPayment: () => "channel-not-confirmed" };
    const impatient = world.sender({ retries: 0, confirmationTimeout: 300 });
    await rejection(impatient.pay(`${seller.url}/a`), PaymentRefusedError);
  });

  it("can be interrupted while it waits", async () => {
    const seller = await world.seller({ onPayment: () => "channel-not-confirmed" });
    const interruption = new AbortController();
    const onEvent = ({ kind }: SenderEvent) => void (kind === "refused" && setImmediate(() => interruption.abort()));
    const { pay, spent } = world.sender({ onEvent });
    const error = await rejection(pay(`${seller.url}/a`, { signal: interruption.signal }), DOMException);
    expect(error.name).to.equal("AbortError");
    expect(await spent(), "it was refused each time").to.equal(0n);
  });

  it("opens no other channel on the receiver's word that this one is closed", async () => {
    const seller = await world.seller({ onPayment: () => "channel-closed" });
    const { pay, channel } = world.sender();
    for (let call = 0; call < 3; call++) await rejection(pay(`${seller.url}/a`), PaymentRefusedError);
    await channel(); // the only one
  });

  it("opens another one where the chain says so too", async () => {
    const { chain } = world;
    const seller = await world.seller({ receiverKey: chain.key(1) });
    const { pay } = world.sender();
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    const [record] = await (await pay.channels).list();
    const { chainId, contract, id, terms } = record!;
    const proof = signBalanceProof({ chainId, contract, channelId: id, balance: PRICE }, chain.key(2));
    const manager = chain.manager.connect(await chain.signer(1));
    await (await manager.close(terms, PRICE, PRICE, proof, 0n, "0x")).wait();
    seller.only().ended = true;
    expect((await pay(`${seller.url}/b`)).status).to.equal(200);
    const records = await (await pay.channels).list();
    expect(records.map(({ status }) => status).sort()).to.deep.equal(["closed", "open"]);
    for (const { id: one } of records) expect(seller.books.get(one)!.spent).to.equal(PRICE);
  });

  it("opens another one where the receiver now wants another challenge period", async () => {
    const seller = await world.seller();
    const { pay } = world.sender();
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    const old = (await (await pay.channels).list())[0]!.id;
    Object.assign(seller.offer, { challengePeriod: 7200 });
    seller.options = { onPayment: ({ payment }) => (payment.channelId === old ? "wrong-terms" : undefined) };
    expect((await pay(`${seller.url}/b`)).status).to.equal(200);
    const records = await (await pay.channels).list();
    expect(records.map(({ terms }) => terms.challengePeriod).sort()).to.deep.equal([3600, 7200]);
  });

  it("opens no third one for a receiver that wants another challenge period each time", async () => {
    const seller: Seller = await world.seller({
      onPayment: () => {
        Object.assign(seller.offer, { challengePeriod: seller.offer.challengePeriod + 1 });
        return "wrong-terms";
      },
    });
    const { pay } = world.sender();
    await rejection(pay(`${seller.url}/a`), PaymentRefusedError);
    expect(await (await pay.channels).list()).to.have.length(2);
  });

  it("believes no receipt above the price, and keeps to what it signed", async () => {
    const seller = await world.seller({
      onCharged: ({ response, books }) => {
        const { sender } = books;
        response
          .writeHead(200, {
            "RDN-Cost": `${50n * PRICE}`,
            "RDN-Sender-Address": sender,
            "RDN-Sender-Balance": `${900n * PRICE}`,
            "RDN-Spent": `${900n * PRICE}`,
          })
          .end("content");
        return true;
      },
    });
    const { pay, spent } = world.sender();
    for (let i = 0; i < 3; i++) expect((await pay(`${seller.url}/${i}`)).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE, 3n * PRICE]);
    expect(await spent()).to.equal(3n * PRICE);
  });

  it("takes a failed request as undone, and pays for the next with one unit more", async () => {
    let fails = true;
    const seller = await world.seller({
      onCharged: ({ response, books }) => {
        if (!fails) return false;
        books.spent -= PRICE;
        response.writeHead(500).end();
        return true;
      },
    });
    const { pay } = world.sender();
    const post = () => pay(`${seller.url}/a`, { method: "POST" });
    expect((await post()).status).to.equal(500);
    fails = false;
    expect((await post()).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, PRICE + 1n]);
  });

  it("learns from the receiver's proof that a failed request was charged after all", async () => {
    let fails = true;
    const seller = await world.seller({
      onCharged: ({ response }) => {
        if (fails) response.writeHead(502).end();
        return fails;
      },
    });
    const { pay, spent } = world.sender();
    const post = () => pay(`${seller.url}/a`, { method: "POST" });
    expect((await post()).status).to.equal(502);
    fails = false;
    expect((await post()).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, PRICE + 1n, 2n * PRICE]);
    expect(await spent()).to.equal(2n * PRICE);
  });
});
