import Database from "better-sqlite3";
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreUnavailable } from "../../src/store/error.ts";
import { openStore } from "../../src/store/open.ts";
import { Wal } from "../../src/store/sqlite/wal.ts";
import { binding, openChannel } from "../support/channels.ts";

describe("The write-ahead log of a SQLite store", () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "rmps-wal-"));
    path = join(directory, "store.sqlite");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("is left to flush for the commits that ask for it, and for no others", async () => {
    const db = new Database(path);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    const wal = new Wal(db, path);
    const setting = () => db.pragma("synchronous", { simple: true });
    const [full, normal] = [2, 1];
    expect(wal.unflushed(setting)).to.equal(normal);
    expect(setting()).to.equal(full);
    expect(() =>
      wal.unflushed(() => {
        throw new Error("a broken transaction");
      }),
    ).to.throw("a broken transaction");
    expect(setting(), "after a failure").to.equal(full);
    wal.unflushed(() => db.exec("CREATE TABLE kept (value)"));
    await wal.flush();
    wal.close();
    db.close();
  });

  it("takes no more payments once it could not be flushed", async () => {
    const store = await openStore(path, { binding, firstBlock: 1 });
    const channel = await openChannel(store, 1000n);
    const pay = (balance: bigint): Promise<unknown> =>
      store.charge({ channelId: channel.id, balance, signature: channel.proof(balance), price: 5n }).catch(String);
    rmSync(`${path}-wal`); // SQLite has it open and goes on writing; we cannot reach it any more.
    expect(await pay(5n)).to.contain(StoreUnavailable.name);
    expect(await pay(10n)).to.contain(StoreUnavailable.name);
    await store.close();
  });
});
