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
  const documents = [
    "README.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];

  it("link to what is there", () => {
    const broken = documents.flatMap((document) =>
      [...readFileSync(join(root, document), "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1]!)
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(document), link)))
        .map((link) => `${document}: ${link}`),
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
