import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startReceiver, type RunningReceiver } from "@rmps/receiver";
import type { Hex } from "@rmps/proofs";

import { spentOf, memoryStore, type Store } from "../../src/index.ts";
import type { SessionOptions } from "../../src/paying-fetch/options.ts";
import { rmps } from "../../src/plugins/mppx.ts";
import { rmpsScheme } from "../../src/plugins/x402.ts";
import { stock } from "../support/stock.ts";
import { useWorld } from "../support/world.ts";

type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

const PRICE = 10n ** 16n;

/** What a 402 asks for in the x402 dialect. */
async function requirementsAt(url: string): Promise<object> {
  const { headers } = await fetch(url);
  const json = Buffer.from(headers.get("payment-required")!, "base64").toString();
  return (JSON.parse(json) as { accepts: object[] }).accepts[0]!;
}

describe("plugins for the stock clients", () => {
  const world = useWorld();
  let receiver: RunningReceiver;
  let folder: string;
  let store: Store;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rmps-plugins-"));
    const key: Hex = world.chain.key(1);
    receiver = await startReceiver({
      rpc: world.chain.url,
      chainId: 31337n,
      contract: world.chain.contract,
      token: world.chain.tokenAddress,
      keys: { agreement: key, gas: key },
      challengePeriod: { offered: 3600 },
      routes: {
        "/a": { price: PRICE, handler: () => "content of /a" },
        "/b": { price: 2n * PRICE, handler: () => "content of /b" },
      },
      store: join(folder, "receiver.sqlite"),
      port: 0,
      log: "silent",
    });
  });
  after(async () => {
    await receiver?.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    store = memoryStore();
  });

  const spent = async () => [...(await store.read()).channels.values()].reduce((sum, each) => sum + spentOf(each), 0n);

  /** One registration of the plugin, and the clients' own way of paying; undefined: the client is not installed. */
  const clients: [
    string,
    (wallet: Hex, more?: Partial<SessionOptions>) => Promise<{ fetch: Fetch; close(): Promise<unknown[]> } | undefined>,
  ][] = [
    [
      "@x402/fetch",
      async (wallet, more) => {
        const x402 = (await stock("@x402/fetch")) as
          | {
              x402Client: new () => { register(network: string, scheme: object): object };
              wrapFetchWithPayment(platform: typeof fetch, client: object): Fetch;
            }
          | undefined;
        if (x402 === undefined) return undefined;
        const scheme = rmpsScheme({ wallet, rpc: world.chain.url, store, ...more });
        const client = new x402.x402Client().register("eip155:*", scheme);
        return { fetch: x402.wrapFetchWithPayment(fetch, client), close: () => scheme.close() };
      },
    ],
    [
      "mppx",
      async (wallet, more) => {
        const mppx = (await stock("mppx/client")) as
          { Mppx: { create(options: object): { fetch: Fetch } } } | undefined;
        if (mppx === undefined) return undefined;
        const method = rmps({ wallet, rpc: world.chain.url, store, ...more });
        return { fetch: mppx.Mppx.create({ methods: [method], polyfill: false }).fetch, close: () => method.close() };
      },
    ],
  ];

  it("keep to the total, however many payments are asked for at once", async () => {
    const requirements = await requirementsAt(`${receiver.url}/a`);
    const options = { wallet: world.chain.key(2), rpc: world.chain.url, store, limits: { maxTotal: 2n * PRICE } };
    const scheme = rmpsScheme(options);
    const asked = await Promise.allSettled([1, 2, 3, 4].map(() => scheme.createPaymentPayload(2, requirements)));
    expect(asked.filter(({ status }) => status === "fulfilled")).to.have.length(2);
    expect(await spent()).to.equal(2n * PRICE);
  });

  it("take another channel where the chain says that the first is closed", async () => {
    const requirements = await requirementsAt(`${receiver.url}/a`);
    const scheme = rmpsScheme({ wallet: world.chain.key(2), rpc: world.chain.url, store });
    const { payload } = await scheme.createPaymentPayload(2, requirements);
    const [record] = [...(await store.read()).channels.values()];
    const asReceiver = world.chain.manager.connect(await world.chain.signer(1));
    await (await asReceiver.close(record!.terms, 0n, 0n, "0x", 0n, "0x")).wait();
    const refused = { paymentPayload: { payload }, paymentRequired: { accepts: [requirements] } };
    expect(await scheme.schemeHooks.onPaymentResponse(refused)).to.deep.equal({ recovered: true });
    const { payload: next } = await scheme.createPaymentPayload(2, requirements);
    expect(next["channelId"]).to.not.equal(payload["channelId"]);
    expect([...(await store.read()).channels.values()].map(({ status }) => status)).to.deep.equal(["closed", "open"]);
  });

  clients.forEach(([name, make], index) => {
    it(`${name} opens a channel, pays, pays again, and closes by agreement`, async function () {
      const client = await make(world.chain.key(3 + index));
      if (client === undefined) return this.skip();
      const before = await world.chain.balance(world.chain.address(3 + index));
      for (const [path, times] of [
        ["/a", 2],
        ["/b", 1],
      ] as const) {
        for (let i = 0; i < times; i++) {
          const response = await client.fetch(`${receiver.url}${path}`);
          expect(response.status).to.equal(200);
          expect(await response.text()).to.equal(`content of ${path}`);
        }
      }
      expect(await spent()).to.equal(4n * PRICE);
      expect(await client.close()).to.have.length(1);
      expect(before - (await world.chain.balance(world.chain.address(3 + index)))).to.equal(4n * PRICE);
    });

    it(`${name} heals after its state was lost`, async function () {
      const first = await make(world.chain.key(5 + index));
      if (first === undefined) return this.skip();
      for (let i = 0; i < 3; i++) expect((await first.fetch(`${receiver.url}/a`)).status).to.equal(200);
      store = memoryStore();
      const second = await make(world.chain.key(5 + index));
      expect((await second!.fetch(`${receiver.url}/a`)).status).to.equal(200);
      expect((await second!.fetch(`${receiver.url}/a`)).status).to.equal(200);
      expect(await spent()).to.equal(5n * PRICE);
    });

    it(`${name} signs nothing above the limits of the sender, and nothing without tokens`, async function () {
      const limited = await make(world.chain.key(2), { limits: { maxPrice: PRICE - 1n } });
      const poor = await make(world.chain.key(10), {});
      if (limited === undefined || poor === undefined) return this.skip();
      for (const client of [limited, poor]) {
        const failed = await client.fetch(`${receiver.url}/a`).then(
          () => undefined,
          (error: Error) => error,
        );
        expect(failed).to.be.instanceOf(Error);
        expect((await store.read()).channels.size).to.equal(client === limited ? 0 : 1);
        expect(await spent()).to.equal(0n);
      }
    });
  });
});
