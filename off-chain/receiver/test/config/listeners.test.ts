import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { nodePaywall } from "../../src/adapters/node.ts";
import { createLogger } from "../../src/log.ts";
import { eventually } from "../support/eventually.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";

const broken = () => {
  throw new Error("a listener's bug");
};
const late = () => Promise.reject(new Error("a listener's bug"));
/** Where nothing is to be returned, as people write it all the same. */
const rejecting: () => unknown = late;

describe("a listener that fails", () => {
  let shop: Shop;
  let warnings: string[];
  const warned = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);

  beforeEach(() => {
    warnings = [];
    process.on("warning", warned);
  });
  afterEach(async () => {
    process.off("warning", warned);
    await shop.close();
  });

  /** What a server with this paywall answers to a paid request. */
  async function paidAnswer(options: Partial<Parameters<typeof nodePaywall>[0]> = {}, fails = false) {
    const channel = await shop.channel();
    const handler = nodePaywall({ paywall: shop.paywall, price: 5n, ...options }, (_request, response) => {
      if (fails) throw new Error("a handler's bug");
      response.end("content");
    });
    const server = createServer((request, response) => void handler(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const { status } = await fetch(url, { headers: payment(channel, 5n) });
      await eventually(async () => (await shop.store.channel(channel.id))!.inFlight === 0n);
      return { status, spent: (await shop.store.channel(channel.id))!.spent };
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const once = async () => {
    await eventually(() => warnings.length > 0);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^ListenerWarning: .*a listener's bug/);
  };

  for (const [how, listener] of Object.entries({ throws: broken, rejects: rejecting })) {
    it(`loses no paid answer where it ${how} at a decision`, async () => {
      shop = await openShop({ paywall: { onDecision: listener } });
      expect(await paidAnswer()).to.deep.equal({ status: 200, spent: 5n });
      await once();
    });

    it(`loses no answer where it ${how} at a handler's failure`, async () => {
      shop = await openShop();
      expect(await paidAnswer({ onError: listener }, true)).to.deep.equal({ status: 500, spent: 0n });
      await once();
    });

    it(`changes no verdict where it ${how} at a failure of the store`, async () => {
      shop = await openShop({ ledger: { onError: listener } });
      const channel = await shop.channel();
      shop.store.charge = () => Promise.reject(new Error("the store's bug"));
      const proof = { channelId: channel.id, balance: 5n, signature: channel.proof(5n) };
      expect(await shop.ledger.pay(proof, { price: 5n })).to.deep.equal({ kind: "refused", code: "store-unavailable" });
      await once();
    });
  }

  it("costs nothing where a turnstile does, once it is paid", async () => {
    shop = await openShop({ paywall: { turnstile: { enter: () => 0, paid: broken } } });
    expect(await paidAnswer()).to.deep.equal({ status: 200, spent: 5n });
    await once();
  });

  it("is no logger of somebody else, nor its children", async () => {
    shop = await openShop();
    const theirs = pino({ hooks: { logMethod: broken } });
    const log = createLogger(theirs);
    expect(log.level).to.equal("info");
    log.child({ part: "settler" }).warn({ nonce: 1 }, "raising the fee");
    await once();
  });

  it("sells nothing where it is to say a price", async () => {
    shop = await openShop();
    for (const price of [broken, late]) {
      const { status, spent } = await paidAnswer({ price });
      expect([status, spent]).to.deep.equal([500, 0n]);
    }
    expect(warnings).to.deep.equal([]);
  });
});
