import { expect } from "chai";

import { createPayingFetch } from "../../src/index.ts";
import { startChain, type TestChain } from "../support/chain.ts";
import { openSeller, PRICE, type Seller } from "../support/seller.ts";

describe("createPayingFetch with an honest receiver", () => {
  let chain: TestChain;
  let seller: Seller;

  before(async () => {
    chain = await startChain();
  });
  after(() => chain.close());
  beforeEach(async () => {
    seller = await openSeller(chain);
  });
  afterEach(() => seller.stop());

  it("opens a channel, pays exactly, closes by agreement and gets the rest back", async () => {
    const before = await chain.balance(chain.address(2));
    const pay = createPayingFetch({ wallet: chain.key(2), rpc: chain.url });
    const response = await pay(`${seller.url}/a`);
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal("content of /a");
    expect(await chain.balance(chain.address(2))).to.equal(before - 10n * PRICE);
    expect(seller.only().offered).to.deep.equal([PRICE]);
    await (await pay(`${seller.url}/b`)).text();
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);

    const [exit] = await pay.close();
    expect(exit).to.include({ kind: "closed", by: "agreement", settled: 2n * PRICE });
    expect(await chain.balance(chain.address(2))).to.equal(before - 2n * PRICE);
  });
});
