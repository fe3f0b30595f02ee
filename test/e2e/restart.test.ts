import { expect } from "chai";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runProcess, start, startProcess } from "./support/process.ts";
import { openShop } from "./support/shop.ts";

describe("npm start: again", () => {
  it("stops cleanly, and on a fresh chain moves the old store aside and says so", async () => {
    const shop = await openShop();
    const store = join(shop.home, "receiver.sqlite");
    expect(existsSync(store)).to.equal(true);
    expect(await shop.process.stop("SIGINT")).to.equal(0);

    const again = startProcess(["scripts/start.ts"], { PORT: "0", RPC_PORT: "0", RMPS_STORE: store });
    await again.printed(/RMPS is ready/);
    expect(again.output()).to.match(/moved/i);
    expect(await again.stop("SIGINT")).to.equal(0);
    expect(readdirSync(shop.home).filter((name) => /^receiver.*sqlite/.test(name)).length).to.be.greaterThan(1);
    await shop.stop();
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`stops cleanly where npm alone is told ${signal}`, async () => {
      const home = mkdtempSync(join(tmpdir(), "rmps-npm-"));
      const env = { PORT: "0", RPC_PORT: "0", RMPS_STORE: join(home, "receiver.sqlite") };
      const npm = start("npm", ["start"], env);
      await npm.printed(/RMPS is ready/);
      const [, url] = npm.output().match(/Shop\s+(\S+)/)!;
      expect(await npm.stop(signal)).to.equal(0);
      expect(await fetch(url!).catch(() => "nobody there")).to.equal("nobody there");
      rmSync(home, { recursive: true });
    });
  }

  it("says which port is taken, and how to use another", async () => {
    const shop = await openShop();
    const env = { PORT: new URL(shop.url).port, RPC_PORT: "0", RMPS_STORE: join(shop.home, "other.sqlite") };
    const second = startProcess(["scripts/start.ts"], env);
    await new Promise((resolve) => second.child.on("close", resolve));
    expect(second.child.exitCode).to.not.equal(0);
    expect(second.output()).to.contain("PORT");
    await shop.stop();
  });

  it("says what is wrong with its store, and how to use another", async () => {
    const shop = await openShop();
    const store = join(shop.home, "receiver.sqlite");
    const { code, stderr } = await runProcess(["scripts/start.ts"], { PORT: "0", RPC_PORT: "0", RMPS_STORE: store });
    await shop.stop();
    expect(code).to.equal(1);
    expect(stderr).to.contain(`${store} is in use by another process`).and.to.contain("RMPS_STORE=");
    expect(stderr).to.not.contain("    at ");
  });

  it("says so of the chain's port, too", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runProcess(["scripts/start.ts"], { PORT: "0", RPC_PORT: `${port}` });
    other.close();
    expect(code).to.equal(1);
    expect(stderr).to.contain(`RPC_PORT=${port + 1} npm start`);
    expect(stderr).to.not.contain("    at ");
  });
});
