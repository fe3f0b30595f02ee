import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { CENT, openShop, type Shop } from "./support/shop.ts";
import { receipt, says, useBrowser } from "./support/visit.ts";
import { installWallet } from "./support/wallet.ts";

describe("the web page as an offer", () => {
  let shop: Shop;
  let other: Server;
  let otherUrl: string;
  const { visitor } = useBrowser(() => [shop.url, shop.chain.url, otherUrl]);

  before(async () => {
    const description = `</script><img src=x onerror=alert(1)> "{{facts}}" $& &lt;`;
    shop = await openShop({
      "/odd": { price: CENT, description, handler: () => "odd" },
      "/dear": { price: 30n * CENT, description: "Dear", handler: () => "dear" },
    });
    other = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<a href="${shop.url}/doggo.jpg">a dog</a>`);
    });
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    otherUrl = `http://localhost:${(other.address() as AddressInfo).port}`;
  });
  after(async () => {
    other.closeAllConnections();
    await new Promise((done) => other.close(done));
    await shop.close();
  });

  it("shows what is sold, its price and the terms", async () => {
    const page = await (await visitor()).open(`${shop.url}/doggo.jpg`);
    expect(await page.title()).to.equal("A dog: 0.02 MIC");
    await page.getByRole("heading", { name: "A dog" }).waitFor();
    expect(await page.locator(".price").textContent()).to.match(/0\.02 MIC\s+a request/);
    await page.getByText("Demo money", { exact: true }).waitFor();
    await page.getByText("Terms, and how to pay from a terminal").click();
    await page.getByText(shop.receiver.identity.receiver).waitFor();
    await says(page, `npx rmps get ${shop.url}/doggo.jpg`);
  });

  it("takes no text of the seller's for HTML", async () => {
    const page = await (await visitor()).open(`${shop.url}/odd`);
    await page.getByRole("button", { name: "Demo wallet" }).waitFor();
    expect(await page.locator("h1").textContent()).to.equal(
      `</script><img src=x onerror=alert(1)> "{{facts}}" $& &lt;`,
    );
    expect(await page.locator("img").count()).to.equal(0);
  });

  it("fits a telephone, in light and in dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const someone = await visitor({ viewport: { width: 320, height: 640 }, colorScheme });
      const page = await someone.open(`${shop.url}/doggo.jpg`);
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await page.getByText("Terms, and how to pay from a terminal").click();
      expect(await overflow()).to.equal(0);
      await page.getByRole("button", { name: "Demo wallet" }).click();
      await receipt(page);
      expect(await overflow()).to.equal(0);
    }
  });

  it("can be used from the keyboard alone, and tells a screen reader what goes on", async () => {
    const page = await (await visitor()).open(`${shop.url}/doggo.jpg`);
    await page.getByRole("button", { name: "Demo wallet" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await receipt(page);
    expect(await page.locator("#status").getAttribute("aria-live")).to.equal("polite");
    expect(await page.locator("#error").getAttribute("role")).to.equal("alert");
    for (const button of await page.getByRole("button").all()) expect(await button.textContent()).to.match(/\w/);
  });

  it("asks before it pays where a link of another site led to it", async () => {
    const someone = await visitor();
    const page = await someone.open(`${shop.url}/kitten.jpg`);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    await receipt(page);
    await page.goto(otherUrl);
    await page.getByRole("link", { name: "a dog" }).click();
    await says(page, "A link brought you here, so you are asked first. Nothing was paid yet.");
    expect(await page.locator("#spent").textContent()).to.equal("0.01 MIC");
    await page.getByRole("button", { name: "Pay 0.02 MIC" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
  });

  it("asks before it pays more than a tenth of the deposit", async () => {
    const page = await (await visitor()).open(`${shop.url}/kitten.jpg`);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    await receipt(page);
    await page.goto(`${shop.url}/dear`);
    await says(page, "This costs more than a tenth of your deposit, so you are asked first.");
    await page.getByRole("button", { name: "Pay 0.3 MIC" }).click();
    expect(await receipt(page)).to.equal("Paid 0.3 MIC.");
  });

  it("offers the wallets of the browser beside the demo", async () => {
    const someone = await visitor();
    await installWallet(someone.context, shop.chain, 2);
    const page = await someone.open(`${shop.url}/doggo.jpg`);
    await page.getByRole("button", { name: "Test wallet" }).waitFor();
    await page.getByRole("button", { name: "Demo wallet" }).waitFor();
    expect(await page.getByRole("listitem").count()).to.equal(2);
  });

  it("says how to pay where there is no JavaScript", async () => {
    const page = await (await visitor({ javaScriptEnabled: false })).open(`${shop.url}/doggo.jpg`);
    expect(await page.content()).to.contain("This page needs JavaScript to pay.");
    await page.getByRole("heading", { name: "A dog" }).waitFor();
  });
});
