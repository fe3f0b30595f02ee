import { expect } from "chai";
import Database from "better-sqlite3";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, openChannel, type TestChannel } from "../support/channels.ts";
import { startPostgres } from "./postgres.ts";

const SIGNATURE = `0x${"11".repeat(65)}` as const;

/** Sixteen payments at once, four on each channel, and their ends. */
async function pay(store: Store, channels: readonly TestChannel[], from: number): Promise<void> {
  const payments = channels.flatMap(({ id: channelId }) =>
    [1, 2, 3, 4].map((turn) => ({ channelId, balance: BigInt(from + turn), signature: SIGNATURE, price: 1n })),
  );
  const outcomes = await Promise.all(payments.map((payment) => store.charge(payment)));
  await Promise.all(
    outcomes.map((outcome) => {
      if (outcome.kind !== "charged") throw new Error(`refused: ${JSON.stringify(outcome)}`);
      return store.finish(outcome.charge);
    }),
  );
}

async function channelsIn(store: Store, count = 4): Promise<TestChannel[]> {
  const channels: TestChannel[] = [];
  for (let i = 0; i < count; i++) channels.push(await openChannel(store, 1000n));
  return channels;
}

describe("what payments cost a store, counted", () => {
  it("is one row for each channel in SQLite, and no read, however many pay at once", async () => {
    const directory = mkdtempSync(join(tmpdir(), "rmps-cost-"));
    const store = await openStore(join(directory, "store.sqlite"), { binding, firstBlock: 1 });
    const statement = Object.getPrototypeOf(new Database(":memory:").prepare("SELECT 1")) as Record<
      "run" | "get" | "all",
      (...all: unknown[]) => unknown
    >;
    const { run, get, all } = statement;
    const counts = { written: 0, read: 0 };
    try {
      const channels = await channelsIn(store);
      await pay(store, channels, 0);
      statement.run = function (...values) {
        if (values.length > 0) counts.written++; // BEGIN and COMMIT have none.
        return run.apply(this, values);
      };
      for (const [name, original] of [
        ["get", get],
        ["all", all],
      ] as const) {
        statement[name] = function (...values) {
          counts.read++;
          return original.apply(this, values);
        };
      }
      await pay(store, channels, 4);
      expect(counts).to.deep.equal({ written: 4, read: 0 });
    } finally {
      Object.assign(statement, { run, get, all });
      await store.close();
      rmSync(directory, { recursive: true });
    }
  });

  it("is few pages in SQLite, wherever in the table the channels lie", async () => {
    const directory = mkdtempSync(join(tmpdir(), "rmps-cost-"));
    const path = join(directory, "store.sqlite");
    const store = await openStore(path, { binding, firstBlock: 1 });
    const pageWithHeader = 4096 + 24; // SQLite's page size, and the header of a page in its log
    try {
      const channels = (await channelsIn(store, 256)).slice(0, 32);
      await pay(store, channels, 0);
      const before = statSync(`${path}-wal`).size;
      await pay(store, channels, 4);
      const pages = (statSync(`${path}-wal`).size - before) / pageWithHeader;
      expect(pages).to.be.within(1, 8);
    } finally {
      await store.close();
      rmSync(directory, { recursive: true });
    }
  });

  it("is two statements in PostgreSQL, one for the charges and one for their ends", async () => {
    const postgres = await startPostgres();
    await (await postgres.place()).remove();
    const store = await openStore(postgres.url, { binding, firstBlock: 1 });
    const prototype = Pool.prototype as { query: (...all: unknown[]) => unknown };
    const { query } = prototype;
    const names: unknown[] = [];
    try {
      const channels = await channelsIn(store);
      await pay(store, channels, 0);
      prototype.query = function (...all) {
        names.push((all[0] as { name?: string }).name);
        return query.apply(this, all);
      };
      await pay(store, channels, 4);
      expect(names).to.deep.equal(["rmps-charge", "rmps-finish"]);
    } finally {
      prototype.query = query;
      await store.close();
      await postgres.stop();
    }
  });
});
