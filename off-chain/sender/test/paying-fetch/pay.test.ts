import { expect } from "chai";

import { SenderError } from "../../src/index.ts";
import { PRICE, type Seller } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("createPayingFetch with an honest receiver", () => {
  const world = useWorld();

  it("opens a channel, pays exactly, closes by agreement and gets the rest back", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const { pay, events } = world.sender();
    const before = await chain.balance(chain.address(2));
    const block = await chain.blockNumber();
    const response = await pay(`${seller.url}/a`);
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal("content of /a");
    expect(await chain.balance(chain.address(2)), "ten times the price").to.equal(before - 10n * PRICE);
    expect(await chain.blockNumber(), "one transaction: the manager takes this token by transfer").to.equal(block + 1);
    await (await pay(`${seller.url}/b`)).text();
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
    expect(events.map(({ kind }) => kind)).to.deep.equal(["opened", "paid", "paid"]);

    const [exit] = await pay.close();
    expect(exit).to.include({ kind: "closed", by: "agreement", settled: 2n * PRICE });
    expect(await chain.balance(chain.address(2))).to.equal(before - 2n * PRICE);
    expect(await chain.balance(seller.offer.receiver)).to.equal(2n * PRICE);
  });

  it("approves exactly the deposit where it deposits by approval, and leaves no allowance", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const { pay } = world.sender({ via: "erc20" });
    const from = (await chain.blockNumber()) + 1;
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    const approvals = await chain.token.queryFilter(chain.token.filters.Approval(chain.address(2)), from);
    expect(approvals.map(({ args }) => args.value)).to.deep.equal([10n * PRICE]);
    expect(await chain.token.allowance(chain.address(2), chain.contract)).to.equal(0n);
  });

  it("tops up when the deposit is used up, one call for all", async () => {
    const seller = await world.seller();
    const { pay, events, channel } = world.sender();
    for (let i = 0; i < 12; i++) expect((await pay(`${seller.url}/${i}`)).status).to.equal(200);
    expect(events.filter(({ kind }) => kind === "topped-up")).to.have.length(1);
    expect((await channel()).deposit).to.equal(20n * PRICE);
  });

  it("lets a hundred parallel calls share one channel and one opening", async () => {
    let [arrived, under, most] = [0, 0, 0];
    let firstAlone: boolean | undefined;
    const waiting: (() => void)[] = [];
    const seller: Seller = await world.seller({
      onPayment: async () => {
        most = Math.max(most, ++under);
        if (++arrived === 1) {
          // Until all have been told the price, and could pay.
          while (seller.log.length < 101) await new Promise((resolve) => setImmediate(resolve));
          firstAlone = under === 1;
          return undefined;
        }
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 8 || arrived === 100) for (const go of waiting.splice(0)) go();
        });
        return undefined;
      },
      onCharged: () => {
        under--;
        return false;
      },
    });
    const { pay, events, spent } = world.sender({ maxInFlight: 8, limits: { maxDeposit: 10n ** 19n } });
    const all = Array.from({ length: 100 }, (_, i) => pay(`${seller.url}/${i}`));
    const bodies = await Promise.all(all.map(async (each) => (await each).text()));
    expect(bodies).to.deep.equal(bodies.map((_, i) => `content of /${i}`));
    expect(events.filter(({ kind }) => kind === "opened")).to.have.length(1);
    expect(firstAlone, "nobody else before the first is answered").to.equal(true);
    expect(most).to.equal(8);
    const books = seller.only();
    expect(new Set(books.offered).size, "each balance once").to.equal(100);
    expect(books.spent).to.equal(100n * PRICE);
    expect(books.accepted, "exactly").to.equal(100n * PRICE);
    expect(await spent()).to.equal(100n * PRICE);
  });

  it("goes on with the channel of an earlier session", async () => {
    const { fileStore } = await import("../../src/index.ts");
    const { mkdtemp, rm } = await import("node:fs/promises");
    const folder = await mkdtemp("/tmp/rmps-pay-");
    const seller = await world.seller();
    for (let session = 0; session < 2; session++) {
      const { pay } = world.sender({ store: fileStore(`${folder}/book.json`) });
      expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    }
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
    await rm(folder, { recursive: true });
  });

  it("signs with a session key that it names when it opens", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const { pay, channel } = world.sender({ sessionKey: chain.key(9) });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await channel()).terms).to.include({ sender: chain.address(2), senderSigner: chain.address(9) });
    expect((await pay.close())[0]).to.include({ kind: "closed", by: "agreement" });
  });

  it("pays through any ethers signer", async () => {
    const { JsonRpcProvider } = await import("ethers");
    const provider = new JsonRpcProvider(world.chain.url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const seller = await world.seller();
    const { pay } = world.sender({ wallet: await provider.getSigner(2) });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    provider.destroy();
  });

  it("says so where the account lacks tokens, and signs nothing", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const error = await rejection(world.sender({ wallet: chain.key(12) }).pay(`${seller.url}/a`), SenderError);
    expect(error.code).to.equal("insufficient-funds");
    expect(seller.books.size).to.equal(0);
  });

  it("deposits what the account has where that is less than ten times the price", async () => {
    const { chain } = world;
    const seller = await world.seller({ price: 2n * 10n ** 18n });
    const poor = chain.address(13);
    await chain.give(poor, 3n * 10n ** 18n);
    const limits = { maxPrice: 10n ** 19n, maxDeposit: 10n ** 20n };
    const { pay, channel } = world.sender({ wallet: chain.key(13), limits });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await channel()).deposit).to.equal(3n * 10n ** 18n);
  });
});
