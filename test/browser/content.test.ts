import { expect } from "chai";
import type { Frame, Page } from "playwright-core";

import { CENT, openShop, type Shop } from "./support/shop.ts";
import { picture, receipt, useBrowser, widthOf } from "./support/visit.ts";

/** Paid HTML that tries to get at the key, and writes down how far it came. */
const THIEF = `<!doctype html><html lang="en"><head><title>Novel</title><style>h1 { color: rgb(1, 2, 3); }</style></head><body>
<h1>Chapter one</h1><img id="free" src="/free.png" alt=""><a href="/kitten.jpg">next</a><pre id="loot"></pre>
<script>
  const loot = {};
  const attempt = (name, work) => { try { loot[name] = String(work()); } catch (error) { loot[name] = error.name; } };
  attempt("origin", () => self.origin);
  attempt("storage", () => localStorage.getItem("rmps.wallet"));
  attempt("session", () => sessionStorage.length);
  attempt("cookie", () => document.cookie);
  attempt("parent", () => parent.document.title);
  attempt("parentStorage", () => parent.localStorage.length);
  attempt("database", () => indexedDB.open("x") && "opened");
  fetch("/free.png").then(() => (loot.fetch = "sent"), (error) => (loot.fetch = error.name)).then(() => {
    document.getElementById("loot").textContent = JSON.stringify(loot);
  });
</script></body></html>`;

const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==",
  "base64",
);

describe("what was paid for, in the web page", () => {
  let shop: Shop;
  const { visitor } = useBrowser(() => [shop.url, shop.chain.url]);

  before(async () => {
    const headers = (type: string) => ({ "content-type": type });
    shop = await openShop({
      "/novel": { price: CENT, handler: () => ({ headers: headers("text/html; charset=utf-8"), body: THIEF }) },
      "/guest": {
        price: CENT,
        free: ["GET"],
        sandbox: true,
        handler: () => ({ headers: headers("text/html"), body: THIEF }),
      },
      "/free.png": { price: 0n, handler: () => ({ headers: headers("image/png"), body: DOT }) },
      "/drawing.svg": {
        price: CENT,
        handler: () => ({
          headers: headers("image/svg+xml"),
          body: `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><script>alert(1)</script></svg>`,
        }),
      },
      "/archive.zip": { price: CENT, handler: () => ({ headers: headers("application/zip"), body: "PK" }) },
      "/broken": {
        price: CENT,
        handler: () => {
          throw new Error("broken");
        },
      },
    });
  });
  after(() => shop.close());

  async function buy(path: string): Promise<Page> {
    const page = await (await visitor({}, /free\.png|due to access control checks/)).open(shop.url + path);
    await page.getByRole("button", { name: "Demo wallet" }).click();
    await page.locator("#content").waitFor();
    return page;
  }

  const loot = async (place: Page | Frame) => {
    await place.waitForFunction(() => document.getElementById("loot")?.textContent);
    return JSON.parse((await place.locator("#loot").textContent())!) as Record<string, string>;
  };

  /** Nothing was had. */
  const EMPTY_HANDED = {
    origin: "null",
    storage: "SecurityError",
    session: "SecurityError",
    cookie: "SecurityError",
    database: "SecurityError",
    fetch: "TypeError",
  };

  it("shows HTML in a sandbox, from which neither key nor page can be read", async () => {
    const page = await buy("/novel");
    const frame = page.frames().find((each) => each !== page.mainFrame())!;
    expect(await loot(frame)).to.deep.equal({
      ...EMPTY_HANDED,
      parent: "SecurityError",
      parentStorage: "SecurityError",
    });
    const sandbox = await page.locator("iframe").getAttribute("sandbox");
    expect(sandbox).to.contain("allow-scripts").and.to.not.contain("allow-same-origin");
    // It is a whole page all the same: style, script, pictures of this server, and links that lead the window on.
    expect(await frame.locator("h1").evaluate((title) => getComputedStyle(title).color)).to.equal("rgb(1, 2, 3)");
    expect(await widthOf(frame.locator("#free"))).to.equal(2);
    await frame.getByRole("link", { name: "next" }).click();
    await page.waitForURL("**/kitten.jpg");
    await page.getByText("A link brought you here, so you are asked first.").waitFor();
    await page.getByRole("button", { name: "Pay 0.01 MIC" }).click();
    expect(await receipt(page)).to.equal("Paid 0.01 MIC.");
  });

  it("keeps HTML that is opened directly away from the key as well", async () => {
    const page = await buy("/doggo.jpg");
    expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).to.include("rmps");
    await page.goto(`${shop.url}/guest`);
    expect(await loot(page)).to.include({ origin: "null", storage: "SecurityError", database: "SecurityError" });
  });

  it("keeps what was paid for out of the browser's cache", async () => {
    const page = await buy("/novel");
    const cached = await page.evaluate(async () => {
      const answer = await fetch(location.href, { cache: "only-if-cached", mode: "same-origin" }).catch(
        () => undefined,
      );
      return answer?.status;
    });
    expect(cached).to.be.oneOf([undefined, 504]);
  });

  it("shows a picture that comes with another status, and says which", async () => {
    const page = await buy("/teapot.jpg");
    expect(await receipt(page)).to.equal("Paid 0.03 MIC. The seller answered with status 418.");
    await page.locator("#stage img").waitFor();
  });

  it("shows text as text, drawings without their scripts, and offers the rest as files", async () => {
    const text = await buy("/test.txt");
    expect(await text.locator("#stage pre").textContent()).to.not.equal("");
    const drawing = await buy("/drawing.svg");
    expect(await picture(drawing)).to.equal(40);
    const archive = await buy("/archive.zip");
    await archive.getByText("archive.zip, 2 bytes. Save it to open it.").waitFor();
    const download = archive.waitForEvent("download");
    await archive.getByRole("link", { name: "Save" }).click();
    expect((await download).suggestedFilename()).to.equal("archive.zip");
  });

  it("says that nothing was charged where the seller failed", async () => {
    const page = await buy("/broken");
    expect(await receipt(page)).to.equal("Nothing was charged. The seller answered with status 500.");
  });
});
