import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { startProcess } from "./support/process.ts";
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

  it("says which port is taken, and how to use another", async () => {
    const shop = await openShop();
    const env = { PORT: new URL(shop.url).port, RPC_PORT: "0", RMPS_STORE: join(shop.home, "other.sqlite") };
    const second = startProcess(["scripts/start.ts"], env);
    await new Promise((resolve) => second.child.on("close", resolve));
    expect(second.child.exitCode).to.not.equal(0);
    expect(second.output()).to.contain("PORT");
    await shop.stop();
  });
});
