import { channelId, encodeTerms, signBalanceProof, ZERO_ADDRESS, type Terms } from "@rmps/proofs";
import { expect } from "chai";
import { hexlify, JsonRpcProvider, randomBytes } from "ethers";

import { findChannels } from "../../src/channel/find.ts";
import { memoryStore, type PayingFetchOptions } from "../../src/index.ts";
import { PRICE, type Seller } from "../support/seller.ts";
import { useWorld } from "../support/world.ts";

describe("createPayingFetch after a loss", () => {
  const world = useWorld();

  it("finds its channel in the chain's logs and adopts what it signed, which the receiver shows", async () => {
    const seller = await world.seller();
    const first = world.sender();
    for (let i = 0; i < 3; i++) expect((await first.pay(`${seller.url}/${i}`)).status).to.equal(200);

    const second = world.sender({ store: memoryStore() });
    expect((await second.pay(`${seller.url}/again`)).status).to.equal(200);
    expect(second.events.map(({ kind }) => kind)).to.deep.equal(["adopted", "paid"]);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE, 3n * PRICE, PRICE, 4n * PRICE]);
    expect(await second.spent()).to.equal(4n * PRICE);
    const before = await world.chain.balance(world.chain.address(2));
    expect((await second.pay.close())[0]).to.include({ kind: "closed", by: "agreement", settled: 4n * PRICE });
    expect((await world.chain.balance(world.chain.address(2))) - before).to.equal(6n * PRICE);
  });

  it("adopts nothing that does not bear its own signature for this very channel", async () => {
    const { chain } = world;
    const offered: bigint[] = [];
    const lies = [
      (sale: { payment: { channelId: `0x${string}` } }) => ({ channelId: sale.payment.channelId, key: chain.key(3) }),
      () => ({ channelId: hexlify(randomBytes(32)) as `0x${string}`, key: chain.key(2) }),
    ];
    for (const lie of lies) {
      offered.length = 0;
      const seller: Seller = await world.seller({
        onPayment: (sale) => {
          offered.push(sale.payment.balance);
          const { channelId: id, key } = lie(sale);
          const balance = 5n * PRICE;
          const proof = signBalanceProof({ ...seller.offer.manager, channelId: id, balance }, key);
          seller.refuse(sale, "insufficient-payment", { accepted: balance, spent: balance, proof });
          return "answered";
        },
      });
      const { pay, channel } = world.sender();
      await pay(`${seller.url}/a`).then(
        () => expect.fail("served"),
        () => undefined,
      );
      expect(new Set(offered)).to.deep.equal(new Set([PRICE]));
      expect((await channel()).balance).to.equal(PRICE);
    }
  });

  /** Opens a channel by transfer; anyone can do so in anyone's name. */
  async function plant(seller: Seller, changes: Partial<Terms>, by = 3): Promise<`0x${string}`> {
    const { chain } = world;
    const { receiver, receiverSigner, token, challengePeriod } = seller.offer;
    const salt = hexlify(randomBytes(32)) as `0x${string}`;
    const own = { sender: chain.address(2), senderSigner: ZERO_ADDRESS };
    const terms: Terms = { ...own, receiver, receiverSigner, token, challengePeriod, salt, ...changes };
    const transfer = chain.token.connect(await chain.signer(by))["transfer(address,uint256,bytes)"];
    await (await transfer(chain.contract, 100n * PRICE, encodeTerms(terms))).wait();
    return channelId(terms, seller.offer.manager);
  }

  it("adopts only a channel all of whose terms it would have chosen", async () => {
    const { chain } = world;
    const planted: Partial<Terms>[] = [
      { senderSigner: chain.address(3) },
      { receiverSigner: chain.address(3) },
      { receiver: chain.address(3) },
      { challengePeriod: 7200 },
      { sender: chain.address(4) },
    ];
    for (const changes of planted) {
      const seller = await world.seller();
      const id = await plant(seller, changes);
      const { pay, channel, events } = world.sender();
      expect((await pay(`${seller.url}/a`)).status).to.equal(200);
      expect((await channel()).id, JSON.stringify(changes)).to.not.equal(id);
      expect(events[0]!.kind).to.equal("opened");
    }
    const seller = await world.seller();
    const id = await plant(seller, {});
    const { pay, channel } = world.sender();
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await channel()).id, "a gift is a gift").to.equal(id);
  });

  it("finds no channel in a log whose id is not that of its terms, whatever a node says", async () => {
    const { url, contract, address } = world.chain;
    const foreign = hexlify(randomBytes(32));
    class Liar extends JsonRpcProvider {
      isLying = false;
      override async send(method: string, params: unknown[]): Promise<unknown> {
        const answer: unknown = await super.send(method, params);
        if (method !== "eth_getLogs" || !this.isLying) return answer;
        const logs = answer as { topics: string[] }[];
        return logs.map((log) => ({ ...log, topics: [log.topics[0], foreign, ...log.topics.slice(2)] }));
      }
    }
    const provider = new Liar(url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const find = () => findChannels({ chainId: 31337n, provider }, { contract, block: 0 }, address(2));
    try {
      expect(await find()).to.not.deep.equal([]);
      provider.isLying = true;
      expect(await find()).to.deep.equal([]);
    } finally {
      provider.destroy();
    }
  });

  it("adopts a channel whose key it holds as session key, and not without it", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const id = await plant(seller, { senderSigner: chain.address(8) }, 2);
    const sessionKey: Partial<PayingFetchOptions> = { sessionKey: chain.key(8) };
    const withKey = world.sender(sessionKey);
    expect((await withKey.pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await withKey.channel()).id).to.equal(id);
    const without = world.sender();
    expect((await without.pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await without.channel()).id).to.not.equal(id);
  });

  it("goes on with a receiver that lost its store, and gives up no more than the price of a request", async () => {
    const seller = await world.seller();
    const { pay, channel } = world.sender();
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    const books = seller.only();
    // It has lost all: what is proven counts as spent, credit is not known.
    Object.assign(books, { accepted: 0n, spent: 0n, proof: undefined });
    books.seen.clear();
    seller.options = {
      onPayment: ({ payment }) => {
        if (books.spent === 0n) books.spent = payment.balance - PRICE;
        return undefined;
      },
    };
    for (let i = 0; i < 3; i++) expect((await pay(`${seller.url}/${i}`)).status).to.equal(200);
    expect((await channel()).balance).to.equal(4n * PRICE);
  });

  it("heals from a state that is older than what it signed (a restored backup)", async () => {
    const seller = await world.seller();
    const store = memoryStore();
    const { pay } = world.sender({ store });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    const backup = await store.read();
    for (let i = 0; i < 4; i++) expect((await pay(`${seller.url}/${i}`)).status).to.equal(200);
    const restored = memoryStore();
    await restored.update((state) => (state.channels = backup.channels));
    const later = world.sender({ store: restored });
    expect((await later.pay(`${seller.url}/b`)).status).to.equal(200);
    expect(seller.only().spent).to.equal(6n * PRICE);
    expect(await later.spent()).to.equal(6n * PRICE);
  });
});
