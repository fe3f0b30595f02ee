import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { blocksOf } from "../fixtures/documents.ts";
import { root, runProcess, startProcess } from "./support/process.ts";
import { openShop, type Shop } from "./support/shop.ts";

const require = createRequire(import.meta.url);
const pages = ["tutorials/sell-from-express.md", "tutorials/pay-from-a-program.md"];
const blocks = pages.flatMap(blocksOf);

describe("docs/tutorials", () => {
  // Within the repository, so that the programs find the packages as an integrator's would.
  const folder = join(root, "cache", `tutorials-${process.pid}`);
  let shop: Shop;

  before(async () => {
    shop = await openShop();
    mkdirSync(folder, { recursive: true });
    for (const { mark, name, code } of blocks) if (mark === "file") writeFileSync(join(folder, name), code);
  });
  after(async () => {
    await shop.stop();
    rmSync(folder, { recursive: true });
  });

  /** The `rmps` lines of a page's last block, without `npx` and with the tutorial's server put where it is here. */
  function lines(page: string, from: string, to: string): string[][] {
    const shell = blocksOf(page).filter(({ language }) => language === "sh");
    return shell
      .flatMap(({ code }) => code.trim().split("\n"))
      .map((line) =>
        line
          .replace(/ > .*$/, "")
          .replace(from, to)
          .split(" "),
      )
      .map(([npx, rmps, ...args]) => {
        expect([npx, rmps]).to.deep.equal(["npx", "rmps"]);
        return args;
      });
  }

  const rmps = (args: string[]) =>
    runProcess(["off-chain/sender/bin/rmps.js", ...args], { RMPS_STATE: join(folder, "state"), RMPS_RPC: shop.rpc });

  it("have no program that is not run here", () => {
    const programs = blocks.filter(({ language }) => language === "ts");
    expect(programs.map(({ mark, name }) => [mark, name])).to.deep.equal([
      ["file", "weather.ts"],
      ["file", "reader.ts"],
    ]);
  });

  it("compile in strict TypeScript", () => {
    const compilerOptions = { composite: false, noEmit: true, rootDir: root };
    const config = { extends: "../../tsconfig.base.json", compilerOptions, include: ["*.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { status, stdout } = spawnSync(process.execPath, [require.resolve("typescript/bin/tsc")], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status, stdout).to.equal(0);
  });

  it("sell from an Express app, are paid, close by agreement and stop", async () => {
    const env = { RPC_URL: shop.rpc, STORE: join(folder, "weather.sqlite"), PORT: "0" };
    const server = startProcess([join(folder, "weather.ts")], env);
    const [, url = ""] = await server.printed(/Selling on (\S+)/);
    expect(await (await fetch(`${url}/about`)).text()).to.equal("Ask me about the weather.\n");
    expect((await fetch(`${url}/weather/Turin`)).status).to.equal(402);
    expect((await fetch(`${url}/elsewhere`)).status).to.equal(404);
    expect((await fetch(`${url}/health`)).status).to.equal(200);

    const [get = [], close = []] = lines("tutorials/sell-from-express.md", "http://127.0.0.1:8080", url);
    const bought = await rmps(get);
    expect(bought.stdout.toString(), bought.stderr).to.equal("Sunny in Turin.\n");
    const closed = await rmps(close);
    expect(closed.code, closed.stderr).to.equal(0);
    expect(closed.stdout.toString() + closed.stderr)
      .to.contain("closed")
      .and.not.contain("challenge");
    expect(await server.stop()).to.equal(0);
  });

  it("pay from a program, within its budget, and get the rest back", async () => {
    const env = { RPC_URL: shop.rpc, SHOP: shop.url, BOOK: join(folder, "book.json") };
    const { stdout, stderr } = await runProcess([join(folder, "reader.ts")], env);
    expect(stdout.toString(), stderr).to.equal(
      [
        "doggo.jpg: 200, image/jpeg",
        "kitten.jpg: 5 of 5 at once, on the same channel",
        "test.txt: refused by our own limit maxPrice",
        "paid 7 hundredths; the channel is closed",
        "",
      ].join("\n"),
    );
  });

  it("pay from the command line", async () => {
    for (const args of lines("tutorials/pay-from-a-program.md", "http://127.0.0.1:5000", shop.url)) {
      const { code, stderr } = await rmps(args);
      expect(code, stderr).to.equal(0);
    }
  });
});
