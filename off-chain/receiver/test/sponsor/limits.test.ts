import { expect } from "chai";
import { parseEther } from "ethers";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, type TestChain } from "../support/chain.ts";
import { start } from "../support/receiver.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";
import { askFor, SponsoringShop } from "../support/sponsoring-shop.ts";

describe("POST /channels keeps to its limits:", () => {
  let shop: SponsoringShop;
  let chain: TestChain;

  before(async () => {
    shop = await SponsoringShop.build();
    ({ chain } = shop);
  });
  after(() => shop.stop());

  async function withSponsor(over: Partial<typeof SPONSOR>, work: (other: RunningReceiver) => Promise<void>) {
    const other = await start(chain, shop.stores.path(), { sponsor: { ...SPONSOR, ...over } });
    try {
      await work(other);
    } finally {
      await other.close();
    }
  }

  it("the price of gas", async () => {
    await withSponsor({ maxCost: 1_000_000_000n }, async (other) => {
      const answer = await askFor(await byAuthorization(chain, await penniless(chain)), other);
      expect(answer).to.include({ status: 503, code: "too-costly" });
      expect(answer.headers.get("retry-after")).to.equal("300");
    });
  });

  it("the budget, which is charged what a deposit did cost", async () => {
    const limits = { budget: parseEther("0.01"), maxCost: parseEther("0.01") };
    await withSponsor(limits, async (other) => {
      const body = await byAuthorization(chain, await penniless(chain));
      expect(await askFor(body, other)).to.include({ status: 202 });
      const used = () => other.store.sponsorships.used(0);
      await eventually(async () => (await used()) < limits.maxCost); // Once the receiver has read its block.
      expect((await used()) > 0n).to.equal(true);
      await eventually(() => other.engine.alarms.rings("sponsor-budget"));
      const next = await askFor(await byAuthorization(chain, await penniless(chain)), other);
      expect(next).to.include({ status: 503, code: "budget-exhausted" });
      expect(await askFor(body, other), "known ones cost nothing").to.include({ status: 202 });
    });
  });

  it("its own transactions come first where gas money is short", async () => {
    await withSponsor({ budget: parseEther("1000000"), maxCost: parseEther("100000") }, async (other) => {
      await other.engine.settler!.round();
      const answer = await askFor(await byAuthorization(chain, await penniless(chain)), other);
      expect(answer).to.include({ status: 503, code: "gas-money-short" });
    });
  });
});
