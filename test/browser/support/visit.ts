import { expect } from "chai";
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";

/** Debian's; another one by `CHROMIUM`. */
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** For a machine without a screen, where tests may run as root; and so that the browser itself calls nobody. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
];

/** Milliseconds for which a page is waited for before a test gives up: machines that are busy are slow. */
const PATIENCE = 90_000;

/** What must not happen on any page of a test. */
interface Offences {
  readonly violations: string[];
  readonly errors: string[];
  readonly requests: Set<string>;
}

/** A person's browser: pages in it share their storage. */
export interface Visitor {
  readonly context: BrowserContext;
  open(url: string): Promise<Page>;
}

/** A browser for a file of tests; to be called in a `describe`. Each visitor has an empty one. */
export function useBrowser(allowed: () => readonly string[]) {
  let browser: Browser;
  const visits: { context: BrowserContext; offences: Offences }[] = [];

  before(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGS, timeout: PATIENCE });
  });
  after(() => browser.close());

  afterEach(async () => {
    for (const { context, offences } of visits.splice(0)) {
      await context.close();
      expect(offences.violations, "violations of the content security policy").to.deep.equal([]);
      expect(offences.errors, "errors of scripts").to.deep.equal([]);
      const origins = [...offences.requests].filter((origin) => !allowed().includes(origin));
      expect(origins, "requests to anybody else").to.deep.equal([]);
    }
  });

  return {
    /** @param expected violations that content, not the page, is meant to commit. */
    async visitor(options: Parameters<Browser["newContext"]>[0] = {}, expected?: RegExp): Promise<Visitor> {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(PATIENCE);
      const offences: Offences = { violations: [], errors: [], requests: new Set() };
      visits.push({ context, offences });
      context.on("console", (message) => {
        if (message.text().includes("Content Security Policy") && !expected?.test(message.text()))
          offences.violations.push(message.text());
      });
      context.on("weberror", (web) => void offences.errors.push(String(web.error().stack)));
      context.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol !== "data:" && protocol !== "blob:") offences.requests.add(origin);
      });
      return {
        context,
        async open(url) {
          const page = await context.newPage();
          await page.goto(url);
          return page;
        },
      };
    },
  };
}

/** Waits until something was bought, and says what it cost. */
export async function receipt(page: Page): Promise<string> {
  await page.locator("#content").waitFor();
  return (await page.locator("#receipt").textContent()) ?? "";
}

/** Deposit, spent, credit and left, as the page shows them. */
export async function numbers(page: Page): Promise<Record<string, string>> {
  await page.locator("#channel").waitFor();
  const read = async (id: string) => (await page.locator(`#${id}`).textContent()) ?? "";
  return {
    deposit: await read("deposited"),
    spent: await read("spent"),
    credit: await read("credit"),
    left: await read("left"),
  };
}

/** Whether the picture on the stage is there, with its size in pixels. */
export async function picture(page: Page): Promise<number> {
  const image = page.locator("#stage img");
  await image.waitFor();
  return widthOf(image);
}

/** The width of a picture, in pixels, once it has arrived. */
export function widthOf(image: Locator): Promise<number> {
  return image.evaluate((element) =>
    (element as HTMLImageElement).decode().then(() => (element as HTMLImageElement).naturalWidth),
  );
}

/** Waits until the page says something. */
export function says(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor();
}

/** Clears what the page keeps in the browser. */
export function clearData(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        localStorage.clear();
        const request = indexedDB.deleteDatabase("rmps");
        request.onsuccess = () => resolve();
        request.onerror = () => reject(new Error("not cleared"));
      }),
  );
}
