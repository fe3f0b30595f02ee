import { expect } from "chai";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { root, runProcess, startProcess } from "./support/process.ts";
import { account, openShop, type Shop } from "./support/shop.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

describe("README", () => {
  let shop: Shop;
  let home: string;

  before(async () => {
    shop = await openShop();
    home = mkdtempSync(join(tmpdir(), "rmps-readme-"));
  });
  after(async () => {
    await shop.stop();
    rmSync(home, { recursive: true });
  });

  it("sells one's own content", async () => {
    const code = readme.match(/<!-- run: test\/e2e\/readme\.test\.ts -->\s+```ts\n([\s\S]*?)```/)![1]!;
    // Only the ports and the file's place are the test's own.
    const here = code
      .replace("http://127.0.0.1:8545", shop.rpc)
      .replace("port: 5001", "port: 0")
      .replace('"hello.sqlite"', JSON.stringify(join(home, "hello.sqlite")));
    const selling = startProcess(["--input-type=module-typescript", "--eval", here]);
    const [, url] = await selling.printed(/Selling on (\S+)/);
    const { stdout, stderr } = await runProcess(
      ["off-chain/sender/bin/rmps.js", "get", `${url}/hello`, "--key", account(2).privateKey],
      { RMPS_STATE: join(home, "state"), RMPS_RPC: shop.rpc },
    );
    await selling.stop("SIGKILL");
    expect(stdout.toString(), stderr).to.equal("Hello, payer!\n");
  });
});

describe("The documents", () => {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name));
  const documents = [
    ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "bindings/README.md"],
    ...readdirSync(join(root, "off-chain")).map((name) => join("off-chain", name, "README.md")),
    ...["docs", "test"].flatMap(inFolder),
  ];

  /** Without its blocks of code, in which nothing is a link or a heading. */
  const proseOf = (document: string) => readFileSync(join(root, document), "utf8").replace(/^```[\s\S]*?^```/gm, "");

  /** The fragments of a page's headings, as they are shown on the web. */
  function fragmentsOf(document: string): string[] {
    return [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-"),
    );
  }

  it("link to what is there", () => {
    const broken = documents.flatMap((document) =>
      [...proseOf(document).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)]*))?\)/g)]
        .filter(([, link = "", fragment]) => {
          const target = link === "" ? document : join(dirname(document), link);
          if (!existsSync(join(root, target))) return true;
          return fragment !== undefined && target.endsWith(".md") && !fragmentsOf(target).includes(fragment);
        })
        .map(([link]) => `${document}: ${link}`),
    );
    expect(broken).to.deep.equal([]);
  });
});

describe("npm run demo", () => {
  it("ends as promised", async () => {
    const { code, stdout, stderr } = await runProcess(["scripts/demo.ts"]);
    expect(stdout.toString(), stderr).to.contain("Every step ended as promised.");
    expect(code).to.equal(0);
  });
});
