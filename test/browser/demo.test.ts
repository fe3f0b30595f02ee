import { expect } from "chai";

import { CENT, openShop, type Shop } from "./support/shop.ts";
import { numbers, picture, receipt, says, useBrowser } from "./support/visit.ts";

describe("the web page with the demo wallet", () => {
  let shop: Shop;
  const { visitor } = useBrowser(() => [shop.url, shop.chain.url]);

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.close());

  it("sells a picture for one click", async () => {
    const page = await (await visitor()).open(`${shop.url}/doggo.jpg`);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
    expect(await picture(page)).to.be.above(100);
    expect(await numbers(page)).to.deep.equal({
      deposit: "2 MIC",
      spent: "0.02 MIC",
      credit: "0 MIC",
      left: "1.98 MIC",
    });
  });

  it("pays the next request by itself, also after a reload and in another tab", async () => {
    const someone = await visitor();
    const page = await someone.open(`${shop.url}/doggo.jpg`);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    await receipt(page);
    await page.goto(`${shop.url}/kitten.jpg`);
    expect(await receipt(page)).to.equal("Paid 0.01 MIC.");
    await page.reload();
    expect(await receipt(page)).to.equal("Paid 0.01 MIC.");
    const tab = await someone.open(`${shop.url}/test.txt`);
    expect(await receipt(tab)).to.equal("Paid 0.1 MIC.");
    expect((await numbers(tab)).spent).to.equal("0.14 MIC");
    await page.locator("#spent").getByText("0.14 MIC").waitFor(); // the first tab noticed
    await page.getByRole("button", { name: "Buy again" }).click();
    await page.locator("#spent").getByText("0.15 MIC").waitFor();
  });

  it("signs no balance twice, however many tabs buy at the same time", async () => {
    const someone = await visitor();
    const first = await someone.open(`${shop.url}/kitten.jpg`);
    await first.getByRole("button", { name: "Demo wallet" }).click();
    await receipt(first);
    const tabs = await Promise.all(Array.from({ length: 5 }, () => someone.open(`${shop.url}/kitten.jpg`)));
    for (const tab of tabs) expect(await receipt(tab)).to.equal("Paid 0.01 MIC.");
    await first.locator("#spent").getByText("0.06 MIC").waitFor();
    expect((await numbers(first)).credit).to.equal("0 MIC");
  });

  it("asks for more where the deposit runs short, and goes on", async () => {
    const page = await (await visitor()).open(`${shop.url}/kitten.jpg`);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    await receipt(page);
    expect((await numbers(page)).deposit).to.equal("1 MIC");
    await page.goto(`${shop.url}/test.txt`);
    for (let bought = 1; bought <= 9; bought++) {
      await page
        .locator("#spent")
        .getByText(`${(1 + 10 * bought) / 100} MIC`, { exact: true })
        .waitFor();
      await page.getByRole("button", { name: "Buy again" }).click();
    }
    await page.getByLabel("Add to the deposit").fill("0.5");
    await page.getByRole("button", { name: "Top up" }).first().click();
    await page.locator("#deposited").getByText("1.5 MIC").waitFor();
    expect((await numbers(page)).left).to.equal("0.59 MIC");
  });

  it("refunds what was not spent when the channel is closed, and opens another one for the next purchase", async () => {
    const page = await (await visitor()).open(`${shop.url}/doggo.jpg`);
    const before = await shop.balance(9);
    const earned = await shop.balance(1);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    await receipt(page);
    expect(before - (await shop.balance(9))).to.equal(200n * CENT);
    await page.getByRole("button", { name: "Close and refund" }).click();
    await says(page, "Closed. 1.98 MIC came back to your wallet; the seller was paid 0.02 MIC.");
    expect(before - (await shop.balance(9))).to.equal(2n * CENT);
    expect((await shop.balance(1)) - earned).to.equal(2n * CENT);
    await page.reload();
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
  });
});
