import Database from "better-sqlite3";
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { openStore } from "../../src/store/open.ts";
import { MIGRATIONS as ON_POSTGRES } from "../../src/store/postgres/schema.ts";
import { APPLICATION_ID, MIGRATIONS as ON_SQLITE } from "../../src/store/sqlite/schema.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, openChannel } from "../support/channels.ts";
import { startPostgres } from "./postgres.ts";

/** What can be done with a store of the first version, once it is opened. */
async function expectUsable(store: Store): Promise<void> {
  const channel = await openChannel(store, 100n);
  expect(await store.channel(channel.id)).to.include({ fee: 0n });
  const charge = { channelId: channel.id, balance: 5n, signature: channel.proof(5n), price: 5n };
  expect(await store.charge(charge)).to.include({ kind: "charged", spent: 5n });
  expect(await store.sponsorships.waiting()).to.deep.equal([]);
}

describe("A store of the first version", () => {
  it("goes on in a SQLite file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "rmps-old-"));
    const path = join(directory, "store.sqlite");
    const old = new Database(path);
    old.exec(ON_SQLITE[0]!);
    old.pragma(`application_id = ${APPLICATION_ID}`);
    old.pragma("user_version = 1");
    old.close();
    const store = await openStore(path, { binding, firstBlock: 1 });
    await expectUsable(store);
    await store.close();
    rmSync(directory, { recursive: true });
  });

  it("goes on in PostgreSQL", async function () {
    this.timeout(60_000);
    const { url, place, stop } = await startPostgres();
    try {
      await place();
      const old = new Client(url);
      await old.connect();
      await old.query("CREATE SCHEMA rmps");
      await old.query("CREATE TABLE rmps.meta (name text PRIMARY KEY, value text NOT NULL)");
      await old.query(ON_POSTGRES[0]!);
      await old.query("INSERT INTO rmps.meta VALUES ('version', '1')");
      await old.end();
      const store = await openStore(url, { binding, firstBlock: 1 });
      await expectUsable(store);
      await store.close();
    } finally {
      await stop();
    }
  });
});
