import Database from "better-sqlite3";
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { Accounts } from "../../src/store/sqlite/accounts.ts";
import { InFlight } from "../../src/store/sqlite/in-flight.ts";
import { Journal } from "../../src/store/sqlite/journal.ts";
import { openDatabase } from "../../src/store/sqlite/open.ts";
import { Wal } from "../../src/store/sqlite/wal.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, hashOf, headAt, newChannel, openChannel, opened, type TestChannel } from "../support/channels.ts";

const options = { binding, firstBlock: 1 };

describe("The journal of a SQLite store", () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "rmps-journal-"));
    path = join(directory, "store.sqlite");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** The store's file as a crash would leave it, opened by `work` without us. */
  async function leftBehind<Result>(store: Store, work: (path: string) => Result | Promise<Result>): Promise<Result> {
    const file = (await store.copy())!;
    const copy = join(directory, "copy.sqlite");
    writeFileSync(copy, await file.readFile());
    await file.close();
    return work(copy);
  }

  function entriesIn(file: string): number {
    const db = new Database(file, { readonly: true });
    const entries = db.prepare<[], number>("SELECT count(*) FROM journal").pluck().get()!;
    db.close();
    return entries;
  }

  const pay = (store: Store, { id: channelId, proof }: TestChannel, balance: bigint) =>
    store.charge({ channelId, balance, signature: proof(balance), price: 1n });

  it("is posted by the next start, the newest entry of each channel", async () => {
    const store = await openStore(path, options);
    const channel = await openChannel(store, 100n);
    for (const balance of [1n, 2n, 3n]) await pay(store, channel, balance);
    await leftBehind(store, async (copy) => {
      expect(entriesIn(copy)).to.equal(3);
      const reopened = await openStore(copy, options);
      expect(await reopened.channel(channel.id)).to.deep.include({
        accepted: 3n,
        spent: 3n,
        proof: { balance: 3n, signature: channel.proof(3n) },
        paid: true,
      });
      await reopened.close();
      expect(entriesIn(copy)).to.equal(0);
    });
    await store.close();
  });

  it("is posted before a recovery, which believes in no payment", async () => {
    const store = await openStore(path, options);
    const channel = await openChannel(store, 100n);
    await pay(store, channel, 1n);
    await leftBehind(store, async (copy) => {
      expect(entriesIn(copy)).to.equal(1);
      const recovered = await openStore(copy, { binding, firstBlock: 50, recover: true });
      expect(await recovered.channel(channel.id)).to.include({ accepted: 1n, paid: false });
      await recovered.close();
    });
    await store.close();
  });

  it("is posted before channels are listed or summed up", async () => {
    const store = await openStore(path, options);
    const channel = await openChannel(store, 100n);
    await pay(store, channel, 1n);
    expect(await store.channels({ unsettled: true })).to.have.length(1);
    expect(await leftBehind(store, entriesIn)).to.equal(0);
    await pay(store, channel, 2n);
    expect(await store.totals()).to.include({ accepted: 2n, unsettled: 2n });
    await store.close();
  });

  for (const { name, channels: count, turns } of [
    { name: "many channels", channels: 1024, turns: 1 },
    { name: "few that pay often", channels: 128, turns: 8 },
  ]) {
    it(`does not grow without end, with ${name}`, async () => {
      const store = await openStore(path, options);
      const channels = Array.from({ length: count }, () => newChannel());
      const events = channels.map((channel) => opened(channel, 1, 100n));
      await store.chain.advance({ from: 1, cursor: { number: 1, hash: hashOf(1) }, events, head: headAt(1) });
      const payAll = (balance: bigint) => Promise.all(channels.map((channel) => pay(store, channel, balance)));
      for (let turn = 1; turn <= turns; turn++) await payAll(BigInt(turn));
      expect(await leftBehind(store, entriesIn), "not yet").to.equal(count * turns);
      await payAll(BigInt(turns + 1));
      expect(await leftBehind(store, entriesIn), "all before the last commit are posted").to.equal(count);
      expect(await store.totals()).to.include({ spent: BigInt(count * (turns + 1)) });
      await store.close();
    });
  }

  it("survives the failure of a transaction that has posted it", async () => {
    const first = await openStore(path, options);
    const { id } = await openChannel(first, 100n);
    await first.close();
    const { db } = openDatabase(path, options);
    const wal = new Wal(db, path);
    const journal = new Journal(db, wal);
    const accounts = new Accounts(db, journal, new InFlight());
    const account = accounts.get(id)!;
    account.accepted = 7n;
    db.transaction(() => journal.enter(account))();
    const broken = db.transaction(() => {
      accounts.forget([id]);
      expect(accounts.get(id), "within").to.include({ accepted: 7n });
      throw new Error("a broken transaction");
    });
    expect(broken).to.throw("a broken transaction");
    accounts.forget([id]);
    expect(accounts.get(id), "after it").to.include({ accepted: 7n });
    db.close();
  });
});
