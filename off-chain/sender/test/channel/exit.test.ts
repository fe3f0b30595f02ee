import { signClosingAgreement, type Hex } from "@rmps/proofs";
import { expect } from "chai";
import { JsonRpcProvider, Wallet } from "ethers";

import { keyOf } from "../../src/book/record.ts";
import { memoryStore, PaymentRefusedError, SenderError, type Store } from "../../src/index.ts";
import { takenBy } from "../../src/paying-fetch/taken.ts";
import { until } from "../support/node.ts";
import { makeRecord, TERMS } from "../support/record.ts";
import { PRICE, type Seller, type SellerOptions } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("closing a channel", () => {
  const world = useWorld();
  const me = () => world.chain.address(2);

  /** A sender that has paid once. */
  async function paid(options: SellerOptions = {}) {
    const seller = await world.seller(options);
    const store: Store = memoryStore();
    const sender = world.sender({ store });
    expect((await sender.pay(`${seller.url}/a`)).status).to.equal(200);
    return { seller, store, ...sender };
  }

  it("concedes what was spent, never the balance", async () => {
    const asked: string[] = [];
    const { seller, pay, channel } = await paid({ onClose: ({ amount }) => void asked.push(amount) });
    seller.options = { ...seller.options, onPayment: () => "insufficient-payment" };
    await rejection(pay(`${seller.url}/dear`, { method: "POST" }), PaymentRefusedError);
    expect((await channel()).balance).to.equal(2n * PRICE);
    const [exit] = await pay.close();
    expect(exit).to.include({ kind: "closed", by: "agreement", settled: PRICE });
    expect(asked).to.deep.equal([PRICE.toString()]);
  });

  const disagreements: [string, (seller: Seller, body: { amount: string; deadline: string }, id: Hex) => unknown][] = [
    ["a refusal", () => ({ detail: "below what is spent" })],
    ["an agreement without signature", (_seller, body) => ({ ...body })],
    ["something that is no JSON object", () => "yes"],
    [
      "an agreement to another amount",
      (seller, body, id) => agreement(seller, id, BigInt(body.amount) + 1n, BigInt(body.deadline)),
    ],
    ["an agreement that is expired", (seller, body, id) => agreement(seller, id, BigInt(body.amount), 1n)],
    [
      "an agreement signed by somebody else",
      (seller, body, id) => agreement(seller, id, BigInt(body.amount), BigInt(body.deadline), world.chain.key(7)),
    ],
  ];

  function agreement(seller: Seller, channelId: Hex, amount: bigint, deadline: bigint, key = seller.receiverKey) {
    const signature = signClosingAgreement({ ...seller.offer.manager, channelId, amount, deadline }, key);
    return { amount: `${amount}`, deadline: `${deadline}`, close_signature: signature };
  }

  const REASONS: Record<string, RegExp> = {
    "a refusal": /below what is spent/,
    "an agreement without signature": /no agreement/,
    "something that is no JSON object": /./,
    "an agreement to another amount": /agrees to/,
    "an agreement that is expired": /expires/,
    "an agreement signed by somebody else": /not signed by the receiver's key/,
  };

  for (const [what, answer] of disagreements) {
    it(`starts the challenge period where it gets ${what}`, async () => {
      const { seller, pay, channel } = await paid();
      const { id } = await channel();
      const status = what === "a refusal" ? 409 : 200;
      seller.options = { onClose: (body) => ({ status, body: answer(seller, body, id) }) };
      const [exit] = await pay.close();
      expect(exit).to.include({ kind: "closing", by: "challenge", settled: PRICE });
      expect(exit!.reason).to.match(REASONS[what]!);
      expect(await world.chain.balance(seller.offer.receiver), "conceded at once").to.equal(PRICE);
    });
  }

  it("starts it where the receiver is gone, and finalizes when due, also after a restart", async () => {
    const { seller, store, pay } = await paid();
    await seller.stop();
    const before = await world.chain.balance(me());
    const [exit] = await pay.close();
    expect(exit).to.include({ kind: "closing", settled: PRICE });
    expect(await pay.finalize(), "not yet").to.deep.equal([]);

    const restarted = world.sender({ store });
    expect((await restarted.channel()).status).to.equal("closing");
    expect(await restarted.pay.finalize()).to.deep.equal([]);
    await world.chain.pass(3600);
    const [end] = await restarted.pay.finalize();
    expect(end).to.include({ kind: "closed", settled: PRICE, closesAt: 0n });
    expect((await world.chain.balance(me())) - before).to.equal(9n * PRICE);
    expect(await restarted.pay.finalize(), "once").to.deep.equal([]);
    expect(await restarted.pay.close()).to.deep.equal([]);
  });

  it("never pays on the channel again once it asked, whatever the answer, also after a restart", async () => {
    const { seller, store, pay, channel } = await paid({ onClose: () => ({ status: 503, body: {} }) });
    const { id } = await channel();
    await pay.close();
    for (const sender of [pay, world.sender({ store }).pay]) {
      expect((await sender(`${seller.url}/b`)).status, "with another channel").to.equal(200);
    }
    expect(seller.books.get(id)!.offered).to.deep.equal([PRICE]);
    expect(seller.books.size).to.equal(2);
  });

  it("takes no more payments from before it signs the request, however long the signing takes", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const statuses: string[] = [];
    class SlowWallet extends Wallet {
      override async signTypedData(...args: Parameters<Wallet["signTypedData"]>): Promise<string> {
        if ("CloseRequest" in args[1]) statuses.push((await sender.channel()).status);
        return super.signTypedData(...args);
      }
    }
    const provider = new JsonRpcProvider(chain.url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const sender = world.sender({ wallet: new SlowWallet(chain.key(2), provider) });
    await sender.pay(`${seller.url}/a`);
    expect((await sender.pay.close())[0]).to.include({ kind: "closed", by: "agreement" });
    expect(statuses).to.deep.equal(["closing"]);
    provider.destroy();
  });

  it("takes up what a process left undone between its request and the transaction", async () => {
    const asked: { amount: string; signature: Hex }[] = [];
    const { seller, store, channel } = await paid({ onClose: (body) => void asked.push(body) });
    const { id } = await channel();
    // As the store looks to whoever comes after a crash at that moment.
    await store.update((state) => {
      for (const record of state.channels.values()) record.status = "closing";
    });
    const [exit] = await world.sender({ store }).pay.finalize();
    expect(exit).to.include({ kind: "closed", by: "agreement", settled: PRICE });
    expect(asked).to.have.length(1);
    expect((await world.chain.manager.stateOf(id)).settled).to.equal(PRICE);
    expect(seller.only().ended).to.equal(true);
  });

  it("asks by POST where a DELETE does not get through", async () => {
    const seller = await world.seller();
    const methods: string[] = [];
    const platform: typeof fetch = (input, init) => {
      if (String(input instanceof Request ? input.url : input).includes("/channels/")) methods.push(init!.method!);
      return init?.method === "DELETE" ? Promise.resolve(new Response("", { status: 405 })) : fetch(input, init);
    };
    const { pay } = world.sender({ fetch: platform });
    await pay(`${seller.url}/a`);
    expect((await pay.close())[0]).to.include({ kind: "closed", by: "agreement" });
    expect(methods).to.deep.equal(["DELETE", "POST"]);
  });

  it("is done where somebody else was faster", async () => {
    const { seller, pay, channel } = await paid();
    const record = await channel();
    await seller.stop();
    await pay.close();
    await world.chain.pass(3600);
    const manager = world.chain.manager.connect(await world.chain.signer(5));
    await (await manager.finalize(record.terms)).wait();
    expect((await pay.finalize())[0]).to.include({ kind: "closed", settled: PRICE });
    expect((await channel()).status).to.equal("closed");
  });

  it("reports what a receiver took that holds a proof for more than was conceded", async () => {
    const { seller, pay, channel } = await paid({
      onClose: () => ({ status: 409, body: { detail: "more is spent" } }),
    });
    let proof: Hex | undefined;
    seller.options.onPayment = ({ payment }) => ((proof = payment.signature), "insufficient-payment");
    await rejection(pay(`${seller.url}/b`), PaymentRefusedError);
    const { terms, balance } = await channel();
    const [exit] = await pay.close();
    expect(exit).to.include({ kind: "closing", settled: PRICE });
    expect(exit!.reason).to.contain("more is spent");
    const manager = world.chain.manager.connect(await world.chain.signer(5));
    await (await manager.settle(terms, balance, balance, proof!)).wait();
    const ended = await channel();
    expect(await takenBy(ended, await pay.channels), "the sender ended it, and reports that").to.equal(0n);
    const byReceiver = { ...ended, ending: undefined };
    expect(await takenBy(byReceiver, await pay.channels)).to.equal(PRICE);
    expect(await takenBy({ ...byReceiver, status: "open" }, await pay.channels), "while it is open").to.equal(0n);
    await world.chain.pass(3600);
    expect((await pay.finalize())[0], "never more than was signed").to.include({ settled: 2n * PRICE });
  });

  it("finalizes by itself when due, also what an earlier process began", async () => {
    const { seller, store, pay } = await paid();
    await seller.stop();
    await pay.close();
    await world.chain.pass(3600);
    await store.update((state) => {
      for (const record of state.channels.values()) record.ending!.closesAt = 1n; // as if the hour were over here too
    });
    const { channel, pay: later } = world.sender({ store });
    await later.channels;
    while ((await channel()).status !== "closed") await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("closes only what was used at one origin, if told so", async () => {
    const [one, other] = [await world.seller(), await world.seller()];
    const { pay } = world.sender();
    await pay(`${one.url}/a`);
    await pay(`${other.url}/a`);
    expect(await pay.close({ origin: other.url })).to.have.length(1);
    expect(one.only().ended).to.equal(false);
    expect(other.only().ended).to.equal(true);
  });

  it("ends what it can where the chain of another channel cannot be reached, and says so", async () => {
    const { store, seller, pay, channel } = await paid();
    const { terms } = await channel();
    const elsewhere = (status: "open" | "closing") =>
      store.update(({ channels }) => {
        const foreign = { ...makeRecord(), chainId: 5n, terms: { ...TERMS, sender: terms.sender }, status };
        const all = [...channels].filter(([key]) => key !== keyOf(foreign));
        channels.clear(); // it comes first
        for (const [key, record] of [[keyOf(foreign), foreign] as const, ...all]) channels.set(key, record);
      });
    await elsewhere("open");
    await seller.stop();
    expect((await rejection(pay.close(), SenderError)).code).to.equal("chain");
    const own = async () => (await (await pay.channels).list()).find(({ chainId }) => chainId === 31337n)!;
    expect((await own()).status).to.equal("closing");

    await elsewhere("closing");
    await world.chain.pass(3600);
    expect((await rejection(pay.finalize(), SenderError)).code).to.equal("chain");
    expect((await own()).status).to.equal("closed");
  });

  it("brings back what was put into a channel by a call that gave up on its opening, or says that it is on its way", async () => {
    const { chain } = world;
    const { url } = await world.seller();
    const { pay, channel } = world.sender({ wallet: chain.key(3), gas: { giveUpAfter: 0 } });
    await chain.provider.send("evm_setAutomine", [false]);
    try {
      await rejection(pay(`${url}/a`), SenderError);
      expect((await channel()).status).to.equal("opening");
      const error = await rejection(pay.close(), SenderError);
      expect(error.message).to.match(/^depositing: .* is not mined yet/);
    } finally {
      await chain.provider.send("evm_setAutomine", [true]);
      await chain.provider.send("evm_mine", []);
    }
    const { pay: later } = world.sender({ wallet: chain.key(3), store: (await pay.channels).book.store });
    expect((await later.close())[0]).to.include({ kind: "closing", by: "challenge", settled: 0n });
  });

  it("waits for a channel that is being opened, and for the request behind it", async () => {
    const { chain } = world;
    const { url } = await world.seller();
    const { pay } = world.sender({ wallet: chain.key(5) });
    const channels = await pay.channels;
    const account = { chainId: 31337n, address: chain.address(5) };
    await chain.provider.send("evm_setAutomine", [false]);
    const answer = pay(`${url}/a`);
    await until(async () => (await channels.book.sent(account)).length > 0 || undefined);
    const closing = pay.close();
    await channels.factsOf((await channels.list())[0]!); // as far as close() comes without waiting
    await chain.provider.send("evm_setAutomine", [true]);
    await chain.provider.send("evm_mine", []);
    expect((await answer).status).to.equal(200);
    expect((await closing).map(({ kind, settled }) => [kind, settled])).to.deep.equal([["closed", PRICE]]);
    expect(await channels.list(), "no other one is opened for it").to.have.length(1);
  });

  it("keeps no channel waiting for another one that is being opened", async () => {
    const { chain } = world;
    const [first, second] = [await world.seller(), await world.seller()];
    const { pay } = world.sender({ wallet: chain.key(4) });
    expect((await pay(`${first.url}/a`)).status).to.equal(200);
    const channels = await pay.channels;
    const account = { chainId: 31337n, address: chain.address(4) };
    await chain.provider.send("evm_setAutomine", [false]);
    const answer = pay(`${second.url}/a`);
    await until(async () => (await channels.book.sent(account)).length > 0 || undefined);
    const closing = pay.close();
    await until(() => first.log.some((line) => line.startsWith("DELETE")) || undefined);
    await chain.provider.send("evm_setAutomine", [true]);
    await chain.provider.send("evm_mine", []);
    expect((await answer).status).to.equal(200);
    const exits = (await closing).map(({ kind, settled }) => [kind, settled]);
    expect(exits).to.deep.equal([1, 2].map(() => ["closed", PRICE]));
    expect(await channels.list()).to.have.length(2);
  });

  it("waits for requests under way, and concedes them", async () => {
    let release: () => void = () => undefined;
    const { seller, pay } = await paid();
    seller.options = { onPayment: () => new Promise((resolve) => (release = () => resolve(undefined))) };
    const slow = pay(`${seller.url}/slow`);
    while (seller.log.at(-1) !== "GET /slow" || seller.log.filter((line) => line === "GET /slow").length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const closing = pay.close();
    const channels = await pay.channels;
    const [record] = await channels.list();
    await channels.factsOf(record!); // as far as close() comes without waiting
    expect(seller.log.some((line) => line.startsWith("DELETE"))).to.equal(false);
    release();
    expect((await slow).status).to.equal(200);
    expect((await closing)[0]).to.include({ kind: "closed", by: "agreement", settled: 2n * PRICE });
  });
});
