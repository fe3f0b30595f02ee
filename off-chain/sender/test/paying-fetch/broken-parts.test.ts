import { expect } from "chai";
import { Wallet, type TypedDataDomain, type TypedDataField } from "ethers";

import { createPayingFetch, memoryStore, OutcomeUnknownError, spentOf, type Store } from "../../src/index.ts";
import { Teller } from "../../src/plugins/teller.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("parts of the program's own that fail", () => {
  const world = useWorld();

  /** A store whose writes fail as long as it is broken. */
  function fragile() {
    const memory = memoryStore();
    const broken = { isBroken: false };
    const store: Store = {
      ...memory,
      update: (change) => {
        if (broken.isBroken) throw new Error("the disk is full");
        return memory.update(change);
      },
    };
    return { store, broken };
  }

  /** An account that declines to sign payments as long as it is told to. */
  class Moody extends Wallet {
    declines = false;
    signed = 0;

    override async signTypedData(domain: TypedDataDomain, types: Record<string, TypedDataField[]>, value: object) {
      if (this.declines) throw new Error("not now");
      this.signed++;
      return super.signTypedData(domain, types, value as Record<string, unknown>);
    }
  }

  it("hands out what was paid for though the store cannot take it down; it counts as spent, and is not signed again", async () => {
    const { store, broken } = fragile();
    const seller = await world.seller({ onCharged: () => ((broken.isBroken = true), false) });
    const { pay, channel, spent, events } = world.sender({ store });
    const response = await pay(`${seller.url}/a`);
    expect([response.status, await response.text()]).to.deep.equal([200, "content of /a"]);
    expect(events.at(-1)).to.include({ kind: "paid", cost: PRICE });
    await rejection(pay(`${seller.url}/b`), Error); // and the next payment learns of it
    broken.isBroken = false;
    seller.options = {};
    expect(await spent()).to.equal(PRICE);
    expect((await channel()).refused, "it bought an answer").to.deep.equal([]);
    expect((await pay(`${seller.url}/c`)).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
  });

  it("says that an outcome is unknown though the store fails then, too", async () => {
    const { store, broken } = fragile();
    const seller = await world.seller({
      onCharged: ({ request }) => ((broken.isBroken = true), request.socket.destroy(), true),
    });
    const { pay, spent } = world.sender({ store });
    await rejection(pay(`${seller.url}/a`, { method: "POST" }), OutcomeUnknownError);
    broken.isBroken = false;
    expect(await spent()).to.equal(PRICE);
  });

  it("offers a balance again that the account declined to sign", async () => {
    const seller = await world.seller();
    const wallet = new Moody(world.chain.key(2));
    const { pay, channel } = world.sender({ wallet });
    await pay(`${seller.url}/a`);
    wallet.declines = true;
    await rejection(pay(`${seller.url}/b`), Error);
    wallet.declines = false;
    expect(await channel()).to.deep.include({ balance: 2n * PRICE, outstanding: [], refused: [2n * PRICE] });
    expect((await pay(`${seller.url}/b`)).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
    expect(wallet.signed).to.equal(2);
  });

  it("offers it again in plugins, too", async () => {
    const seller = await world.seller();
    const wallet = new Moody(world.chain.key(2));
    const teller = new Teller({ wallet, rpc: world.chain.url });
    wallet.declines = true;
    await rejection(teller.pay(seller.offer), Error);
    wallet.declines = false;
    expect((await teller.pay(seller.offer)).balance).to.equal(PRICE);
    const [record] = await (await teller.session()).channels.list();
    expect(record).to.deep.include({ outstanding: [{ balance: PRICE, price: PRICE }], refused: [] });
  });

  it("does not keep an answer from the client of a plugin because the store cannot take it down", async () => {
    const { store, broken } = fragile();
    const seller = await world.seller();
    const teller = new Teller({ wallet: world.chain.key(2), rpc: world.chain.url, store });
    const tickets = [await teller.pay(seller.offer), await teller.pay(seller.offer)] as const;
    broken.isBroken = true;
    await teller.located(tickets[0], "https://shop.example/a");
    await teller.served(tickets[0]);
    await teller.unknown(tickets[1]);
    broken.isBroken = false;
    const [record] = await (await teller.session()).channels.list();
    expect(spentOf(record!)).to.equal(2n * PRICE);
    expect((await teller.pay(seller.offer)).balance).to.equal(3n * PRICE);
  });

  it("asks an account again that was not there yet", async () => {
    class Late extends Wallet {
      isThere = false;

      override async getAddress() {
        if (!this.isThere) throw new Error("connect it first");
        return super.getAddress();
      }
    }
    const seller = await world.seller();
    const wallet = new Late(world.chain.key(2));
    const pay = createPayingFetch({ wallet, rpc: world.chain.url });
    const teller = new Teller({ wallet, rpc: world.chain.url });
    await rejection(pay(`${seller.url}/a`), Error);
    await rejection(teller.session(), Error);
    wallet.isThere = true;
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await teller.session()).channels.wallet.address).to.equal(world.chain.address(2));
  });

  for (const [what, broken] of [
    ["answers with something that is no answer", () => undefined],
    [
      "throws at once",
      () => {
        throw new TypeError("no network");
      },
    ],
    ["throws nothing", () => AbortSignal.abort(null).throwIfAborted()],
    ["fails in a strange way", () => Promise.reject(Object.assign(new Error("x"), { cause: { errors: [null] } }))],
  ] as const) {
    it(`counts a payment as spent that a fetch took which ${what}, and signs the next on top`, async () => {
      const seller = await world.seller();
      let fails = false;
      const unreliable = async (...[input, init]: Parameters<typeof fetch>) => {
        const response = await fetch(input, init);
        if (!fails || !new Headers(init?.headers).has("rdn-balance-signature")) return response;
        fails = false;
        return broken() as unknown as Response; // it was charged
      };
      const { pay, spent } = world.sender({ fetch: unreliable });
      await pay(`${seller.url}/a`);
      fails = true;
      await rejection(pay(`${seller.url}/b`, { method: "POST" }), OutcomeUnknownError);
      expect(await spent()).to.equal(2n * PRICE);
      expect((await pay(`${seller.url}/c`, { method: "POST" })).status).to.equal(200);
      expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE, 3n * PRICE]);
    });
  }

  it("believes nothing of a balance in plugins, either, that is not proven by the own signature", async () => {
    const { offer } = await world.seller();
    const teller = new Teller({ wallet: world.chain.key(2), rpc: world.chain.provider });
    await teller.served(await teller.pay(offer));
    const ticket = await teller.pay(offer);
    const { channel, channelId } = ticket;
    const claimed = { accepted: 9n * PRICE, spent: 9n * PRICE, deposit: 10n * PRICE };
    const proof = `0x${"11".repeat(64)}1b` as const;
    await teller.refused(ticket, { channelId, sender: channel.terms.sender, ...claimed, proof });
    const record = await (await teller.session()).channels.book.known(channel);
    expect(record).to.deep.include({ balance: 2n * PRICE, charged: PRICE, refused: [2n * PRICE] });
  });
});
