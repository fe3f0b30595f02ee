import { expect } from "chai";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startChain, type TestChain } from "../support/chain.ts";
import { rmps } from "../support/command.ts";
import { openSeller, PRICE, type Seller } from "../support/seller.ts";

describe("rmps", () => {
  let chain: TestChain;
  let seller: Seller;
  let home: string;
  let env: Record<string, string>;

  before(async () => {
    chain = await startChain();
    seller = await openSeller(chain);
    home = await mkdtemp(join(tmpdir(), "rmps-"));
    env = { RMPS_STATE: home, RMPS_RPC: chain.url };
  });
  after(async () => {
    await seller.stop();
    await chain.close();
    await rm(home, { recursive: true });
  });

  it("gets with --account, closes, finalizes nothing", async () => {
    const got = await rmps(["get", `${seller.url}/a`, "--account", "2"], env);
    console.log(got.stdout.toString(), got.stderr);
    expect(got.code).to.equal(0);
    expect(got.stdout.toString()).to.equal("content of /a");
    const again = await rmps(["get", `${seller.url}/b`, "--key", chain.key(2), "-i"], env);
    console.log(again.stdout.toString(), again.stderr);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
    for (const args of [["channels"], ["close", "--all"], ["channels"], ["finalize"]]) {
      const run = await rmps([...args, "--account", "2"], env);
      console.log(run.code, run.stdout.toString(), run.stderr);
    }
    expect((await stat(join(home, "book.json"))).mode & 0o777).to.equal(0o600);
    console.log(await readFile(join(home, "book.json"), "utf8"));
  });
});
