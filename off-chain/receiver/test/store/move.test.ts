import Database from "better-sqlite3";
import { expect } from "chai";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreRefused } from "../../src/store/error.ts";
import { moveStore } from "../../src/store/move/move.ts";
import { TABLES } from "../../src/store/move/tables.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, binding, charge, newChannel, openChannel, opened } from "../support/channels.ts";
import { followsTheChain } from "./chain.behaviour.ts";
import { endsChannels } from "./ends.behaviour.ts";
import { ask, empty, movedTo } from "./moved.ts";
import { opensOnlyItsOwn } from "./opening.behaviour.ts";
import { takesPayments } from "./payments.behaviour.ts";
import { startPostgres } from "./postgres.ts";
import { distrustsOldChannels } from "./recovery.behaviour.ts";
import { chargesRepeatsOnce } from "./repeats.behaviour.ts";
import { keepsSponsorships } from "./sponsorships.behaviour.ts";
import { queuesTransactions, transaction } from "./transactions.behaviour.ts";
import { marksTheUnsettled } from "./unsettled.behaviour.ts";

describe("A store that is moved from SQLite to PostgreSQL", () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let directory: string;
  let file: string;

  before(async () => (postgres = await startPostgres()));
  after(() => postgres.stop());
  beforeEach(async () => {
    await empty(postgres.url);
    directory = mkdtempSync(join(tmpdir(), "rmps-move-"));
    file = join(directory, "store.sqlite");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const open = (where: string, more = {}) => openStore(where, { binding, firstBlock: 5, ...more });
  const move = (to = postgres.url) => moveStore(file, to);

  async function refusal(work: Promise<unknown>): Promise<StoreRefused> {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    if (!(error instanceof StoreRefused)) throw new Error(`not refused: ${String(error)}`);
    return error;
  }

  /** A file in which 12 of 20 are spent on one channel. */
  async function fill(): Promise<void> {
    const store = await open(file);
    const channel = await openChannel(store, 100n);
    await charge(store, channel, 20n, 12n);
    await store.close();
  }

  describe("goes on", () => {
    const kind = movedTo(() => postgres.url);
    takesPayments(kind);
    endsChannels(kind);
    followsTheChain(kind);
    opensOnlyItsOwn(kind);
    chargesRepeatsOnce(kind);
    keepsSponsorships(kind);
    queuesTransactions(kind);
    marksTheUnsettled(kind);
    distrustsOldChannels(kind);
  });

  it("takes every column along", async () => {
    await (await open(file)).close();
    await move();
    const db = new Database(file, { readonly: true });
    const there = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    const names = TABLES.map(({ name }) => name);
    expect(there).to.have.members([...names, "meta", "journal", "sqlite_sequence"]);
    for (const { name, columns, more = {} } of TABLES) {
      const stored = db.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(name);
      expect(Object.keys(columns), name).to.have.members(stored);
      const here = await ask<{ name: string }>(
        postgres.url,
        `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'rmps' AND table_name = '${name}'`,
      );
      const own = name === "channels" ? ["seen_count"] : []; // How many rows it has in `seen`: none.
      expect(here.map((row) => row.name)).to.have.members([...stored, ...Object.keys(more), ...own]);
    }
    db.close();
    const tables = await ask<{ name: string }>(
      postgres.url,
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'rmps'",
    );
    expect(tables.map(({ name }) => name)).to.have.members([...names, "meta", "seen", "in_flight"]);
  });

  it("is the same to the last number", async () => {
    const HUGE = 2n ** 112n - 1n;
    const numbersOf = async (store: Store) => ({
      // What a file remembers of balances by heart is not among what is stored.
      channels: (await store.channels({})).map((channel) => ({ ...channel, seen: undefined })),
      totals: await store.totals(),
      head: await store.chain.head(),
      cursor: await store.chain.cursor(),
      blocks: await store.chain.blocks(),
      firstBlock: store.firstBlock,
      challengeKey: [...store.challengeKey],
    });
    const store = await open(file);
    const [paid, huge, agreed] = [
      await openChannel(store, 1000n, 10),
      await openChannel(store, HUGE, 11, { challengePeriod: 2_000_000 }),
      await openChannel(store, 50n, 12),
    ];
    await charge(store, paid, 300n, 7n); // Stays in flight: the process ends before it is finished.
    await charge(store, huge, HUGE, HUGE - 1n);
    await store.publish(huge.id, HUGE);
    await charge(store, agreed, 40n, 30n);
    const agreement = { amount: 40n, deadline: 2n ** 40n, signature: agreed.proof(40n) };
    await store.end({ channelId: agreed.id, agreement });
    const many = Array.from({ length: 600 }, () => opened(newChannel(), 15, 1n)); // More than go at once.
    await advance(store, 20, many, 18);
    await store.close();
    const again = await open(file); // Nothing is in flight any more.
    const before = await numbersOf(again);
    await again.close();

    const { host, pathname } = new URL(postgres.url);
    expect(await move()).to.deep.equal({ to: host + pathname, channels: 603, anew: false });
    const moved = await open(postgres.url, { firstBlock: 99 });
    expect(await numbersOf(moved)).to.deep.equal(before);
    expect(await charge(moved, paid, 300n, 1n), "was used").to.include({ kind: "refused" });
    expect(await charge(moved, paid, 299n, 1n), "may have been").to.include({ kind: "refused" });
    expect(await charge(moved, paid, 301n, 1n)).to.include({ kind: "charged", spent: 8n });
    await moved.close();
  });

  it("gives each new transaction a number of its own", async () => {
    const store = await open(file);
    for (const nonce of [0, 1]) await store.transactions.add({ ...transaction, nonce });
    await store.close();
    await move();
    const moved = await open(postgres.url);
    expect(await moved.transactions.add({ ...transaction, nonce: 2 })).to.include({ id: 3 });
    await moved.close();
  });

  it("is refused where it came from, but as an old copy", async () => {
    await fill();
    await move();
    const refused = await refusal(open(file));
    expect(refused.problem).to.equal("moved");
    expect(refused.message)
      .to.match(/sold twice.*--recover/)
      .and.not.contain("rmps:rmps");
    const db = new Database(file, { readonly: true });
    const known = 0x524d5053; // What versions before this one take for theirs.
    expect(db.pragma("application_id", { simple: true })).to.not.equal(known);
    db.close();
    await (await open(file, { recover: true, firstBlock: 30 })).close();
    const recovered = await open(file);
    expect(recovered.firstBlock).to.equal(30);
    await recovered.close();
  });

  it("is moved once: a second time changes nothing", async () => {
    await fill();
    await move();
    const moved = await open(postgres.url);
    const channel = (await moved.channels({}))[0]!;
    await moved.publish(channel.id, 20n);
    await moved.close();
    expect(await move()).to.include({ channels: undefined });
    const again = await open(postgres.url);
    expect(await again.channel(channel.id)).to.include({ published: 20n });
    await again.close();
  });

  it("is not brought back over a database that was lost since", async () => {
    await fill();
    await move();
    await empty(postgres.url);
    expect((await refusal(move())).message).to.match(/is empty.*--recover/);
    expect(await ask(postgres.url, "SELECT FROM pg_namespace WHERE nspname = 'rmps'")).to.be.empty;
  });

  it("goes nowhere else after it was moved", async () => {
    await fill();
    await move();
    const { hostname, port } = new URL(postgres.url);
    expect((await refusal(move(`postgres://rmps:rmps@${hostname}:${port}/template1`))).problem).to.equal("moved");
  });

  describe("is refused, and stays as it was,", () => {
    afterEach(async () => {
      // Not where there is none: it would be made.
      const store = await open(file);
      expect(await store.totals()).to.include({ spent: 12n });
      await store.close();
    });

    it("while a receiver has it", async () => {
      await fill();
      const store = await open(file);
      expect((await refusal(move())).problem).to.equal("locked");
      await store.close();
    });

    it("where the database belongs to a receiver", async () => {
      await fill();
      await (await open(postgres.url)).close();
      const { problem, message } = await refusal(move());
      expect(problem).to.equal("taken");
      expect(message)
        .to.match(/is not empty.*DROP SCHEMA rmps/)
        .and.not.contain("rmps:rmps");
    });

    it("where the database has the store of another file", async () => {
      await fill();
      const other = join(directory, "other.sqlite");
      copyFileSync(file, other);
      await moveStore(other, postgres.url);
      expect((await refusal(move())).problem).to.equal("taken");
    });

    it("where the schema is of an older version", async () => {
      await fill();
      const db = new Database(file);
      const version = db.pragma("user_version", { simple: true }) as number;
      db.pragma(`user_version = ${version - 1}`);
      db.close();
      const { problem, message } = await refusal(move());
      expect(problem).to.equal("older");
      expect(message).to.contain("rmps-receiver --check");
      const after = new Database(file);
      expect(after.pragma("user_version", { simple: true })).to.equal(version - 1);
      after.pragma(`user_version = ${version}`);
      after.close();
    });

    it("where the schema is of a newer version", async () => {
      await fill();
      const db = new Database(file);
      const version = db.pragma("user_version", { simple: true }) as number;
      db.pragma(`user_version = ${version + 1}`);
      db.close();
      expect((await refusal(move())).problem).to.equal("newer");
      const after = new Database(file);
      after.pragma(`user_version = ${version}`);
      after.close();
    });

    it("where the database does not answer, or is none", async () => {
      await fill();
      const down = await refusal(move("postgres://rmps:secret@127.0.0.1:1/rmps"));
      expect(down.message)
        .to.match(/ECONNREFUSED.*is as it was/)
        .and.not.contain("secret");
      expect((await refusal(move(join(directory, "other.sqlite")))).message).to.contain("postgres://");
    });
  });

  it("has to be there", async () => {
    expect((await refusal(move())).message).to.contain("There is no file");
  });
});
