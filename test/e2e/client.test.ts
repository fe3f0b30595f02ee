import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runProcess } from "./support/process.ts";
import { account, eventually, openShop, prices, type Shop } from "./support/shop.ts";

describe("npm start: the rmps command", () => {
  let shop: Shop;
  let home: string;

  before(async () => {
    shop = await openShop();
    home = mkdtempSync(join(tmpdir(), "rmps-sender-"));
  });
  after(async () => {
    await shop.stop();
    rmSync(home, { recursive: true });
  });

  const key = account(2).privateKey;
  const rmps = (...args: string[]) =>
    runProcess(["off-chain/sender/bin/rmps.js", ...args, "--key", key], { RMPS_STATE: home, RMPS_RPC: shop.rpc });

  it("fetches all four, content on standard output and nothing else", async () => {
    for (const path of Object.keys(prices)) {
      const { stdout, stderr, code } = await rmps("get", shop.url + path);
      expect(code, stderr).to.equal(path === "/teapot.jpg" ? code : 0);
      if (path.endsWith(".jpg")) expect(stdout.subarray(0, 3).toString("hex"), path).to.equal("ffd8ff");
      else expect(stdout.toString()).to.contain("tenth of a MIC");
    }
  });

  it("is printed as it works, wherever the chain is", async () => {
    const [, line = ""] = /npx rmps (get .*) > doggo\.jpg/.exec(shop.process.output())!;
    const printed = ["off-chain/sender/bin/rmps.js", ...line.split(" ")];
    const { stdout, stderr, code } = await runProcess(printed, { RMPS_STATE: home });
    expect(code, stderr).to.equal(0);
    expect(stdout.subarray(0, 3).toString("hex")).to.equal("ffd8ff");
  });

  it("says where the money is, closes, and is refunded all but what was spent", async () => {
    const listed = await rmps("channels", "--json");
    expect(listed.code, listed.stderr).to.equal(0);
    expect(listed.stdout.toString()).to.contain("open");

    const { code, stderr } = await rmps("close", "--all");
    expect(code, stderr).to.equal(0);
    const once = Object.values(prices).reduce((sum, price) => sum + price, 0n);
    const spent = once + prices["/doggo.jpg"];
    await eventually(async () => (await shop.token.balanceOf(account(2).address)) === 1_000n * 10n ** 18n - spent);
    expect(await shop.token.balanceOf(shop.receiver)).to.equal(spent);
  });

  it("refuses a price above --max-price, and signs nothing", async () => {
    const before = await shop.token.balanceOf(account(2).address);
    const { code, stdout, stderr } = await rmps("get", `${shop.url}/test.txt`, "--max-price", "0.01");
    expect(code).to.not.equal(0);
    expect(stdout.toString()).to.equal("");
    expect(stderr).to.match(/price/i);
    expect(await shop.token.balanceOf(account(2).address)).to.equal(before);
  });
});
