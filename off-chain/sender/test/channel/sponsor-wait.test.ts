import { addressOf, type Hex } from "@rmps/proofs";
import { expect } from "chai";
import { hexlify, JsonRpcProvider, randomBytes } from "ethers";

import { memoryStore, SenderError, type PayingFetchOptions, type Store } from "../../src/index.ts";
import { until } from "../support/node.ts";
import { openDesk, type SponsorDesk, type Wish } from "../support/sponsor.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("a sponsor that is waited for", () => {
  const world = useWorld();
  const NOBODYS = `0x${"ab".repeat(32)}` as const;
  let node: JsonRpcProvider;
  let desk: SponsorDesk;
  let store: Store;
  let wallet: Hex;

  before(() => {
    node = new JsonRpcProvider(world.chain.url, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 });
  });
  after(() => node.destroy());
  beforeEach(async () => {
    [store, wallet] = [memoryStore(), hexlify(randomBytes(32)) as Hex];
    desk = await openDesk(world.chain, 0n);
    await world.chain.give(addressOf(wallet), 11n * PRICE);
    await node.send("hardhat_setBalance", [addressOf(wallet), "0xde0b6b3a7640000"]);
  });
  afterEach(() => desk.stop());

  /** Pays as the same account, on the same book. */
  const sender = (options: Partial<PayingFetchOptions>) => world.sender({ store, wallet, rpc: node, ...options });

  /** Pays at shops whose sponsoring is done at the desk. */
  function sponsored() {
    const viaDesk: typeof fetch = (input, init) => {
      const url = new URL(input);
      return fetch(url.pathname.startsWith("/api/") ? new URL(url.pathname, desk.origin) : url, init);
    };
    return sender({ sponsored: "always", fetch: viaDesk }).pay;
  }

  for (const [does, speaks, left] of [
    ["names a transaction that nobody knows", true, 2n],
    ["does not answer", false, 1n], // just enough
  ] as const) {
    it(`keeps nobody from depositing elsewhere, though it ${does}`, async () => {
      const [shop, other] = [await world.seller(), await world.seller()];
      await world.chain.give(addressOf(wallet), (left - 1n) * PRICE);
      let late: Wish | undefined;
      let answer: (hash: string) => void = () => undefined;
      desk.answer = (wish) => {
        late = wish;
        return speaks ? NOBODYS : new Promise((resolve) => (answer = resolve));
      };
      const waiting = sponsored()(`${shop.url}/a`);
      const wish = await until(() => late);
      const own = sender({ sponsored: "never" });
      expect((await own.pay(`${other.url}/a`)).status).to.equal(200);
      const opened = own.events.flatMap((event) => (event.kind === "opened" ? [event.amount / PRICE] : []));
      expect(opened, "what the sponsor was asked to deposit is there still").to.deep.equal([left]);
      answer((await wish.deposit()).hash);
      expect((await waiting).status).to.equal(200);
    });
  }

  it("keeps nobody from depositing elsewhere while it does not say its terms", async () => {
    const [shop, other] = [await world.seller(), await world.seller()];
    let isAsked = false;
    let say: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (say = resolve));
    Object.defineProperty(desk, "ready", { get: () => ((isAsked = true), ready) });
    const waiting = sponsored()(`${shop.url}/a`);
    await until(() => isAsked || undefined);
    expect((await sender({ sponsored: "never" }).pay(`${other.url}/a`)).status).to.equal(200);
    say();
    expect((await waiting).status).to.equal(200);
  });

  it("is waited for by who closes all channels meanwhile", async () => {
    const { url } = await world.seller();
    let late: Wish | undefined;
    let answer: (hash: string) => void = () => undefined;
    desk.answer = (wish) => {
      late = wish;
      return new Promise((resolve) => (answer = resolve));
    };
    const pay = sponsored();
    const waiting = pay(`${url}/a`);
    const wish = await until(() => late);
    const closing = pay.close();
    const channels = await pay.channels;
    for (const record of await channels.list()) await channels.factsOf(record); // as far as close() comes without waiting
    answer((await wish.deposit()).hash);
    expect((await waiting).status).to.equal(200);
    expect(await closing).to.have.length(1);
  });

  it("is not waited for where its transaction is mined, and deposits nothing", async () => {
    const { url } = await world.seller();
    desk.answer = async () =>
      (await (await world.chain.signer(0)).sendTransaction({ to: world.chain.address(0), value: 1n })).hash;
    const error = await rejection(sponsored()(`${url}/a`), SenderError);
    expect(error).to.include({ code: "refused" });
    expect(error.message).to.match(/its transaction 0x\w+ deposits nothing/);
  });

  it("is not waited for where what it names is no transaction", async () => {
    const { url } = await world.seller();
    desk.answer = () => "0x12";
    const error = await rejection(sponsored()(`${url}/a`), SenderError);
    expect(error.message).to.match(/has not arrived: its answer names no transaction/);
  });
});
