import { randomBytes } from "node:crypto";
import type Database from "better-sqlite3";
import type { PoolClient } from "pg";
import { StoreRefused } from "../error.ts";
import { isPostgres } from "../open.ts";
import { connect, transact } from "../postgres/connect.ts";
import { migrate, readMeta, waitForOthers, withoutSecrets, writeMeta } from "../postgres/open.ts";
import { MIGRATIONS } from "../postgres/schema.ts";
import { markMoved, readMove, tellOfMove, type Move } from "../sqlite/moved.ts";
import { openToMove } from "../sqlite/open.ts";
import { insertOf, parametersOf, selectOf, TABLES, type Table } from "./tables.ts";

/** What came of a move. */
export interface Moved {
  /** Where the store is now, without secrets. */
  readonly to: string;
  /** How many channels went. Undefined: all was there already, from an earlier run. */
  readonly channels: number | undefined;
  /** An earlier run was interrupted, and nothing of it was there. */
  readonly anew: boolean;
}

/** Names in `meta` that both databases have; the last two are there once the chain was read. */
const META = ["chainId", "deploymentBlockHash", "contract", "receiver", "challengeKey", "firstBlock", "head", "cursor"];

/**
 * Moves a SQLite store into an empty PostgreSQL database, whole or not at all. The file is marked before the database is
 * committed: whatever happens between the two, at most one of them can be used. After a crash there neither can, until the
 * same move is run again, which finds out whether the commit was made.
 * @param from a file that no receiver has open. It stays, and is refused from then on.
 * @param to `postgres://…`, where no receiver has ever started.
 * @throws StoreRefused that says what to do.
 */
export async function moveStore(from: string, to: string): Promise<Moved> {
  if (!isPostgres(to)) {
    throw new StoreRefused(
      "unreadable",
      "A store is moved to PostgreSQL alone. Give a URL: postgres://user@host/database.",
    );
  }
  const db = openToMove(from);
  const pool = connect(to);
  const where = withoutSecrets(to);
  try {
    const earlier = readMove(db);
    if (earlier !== undefined && earlier.to !== where) throw new StoreRefused("moved", tellOfMove(from, earlier));
    const move: Move = { id: earlier?.id ?? randomBytes(16).toString("hex"), to: where, done: false };
    const channels = await transact(pool, async (client) => {
      await waitForOthers(client);
      if (await isThere(client, move)) return undefined;
      if (earlier?.done === true) throw new StoreRefused("moved", `${where} is empty. ${tellOfMove(from, earlier)}`);
      const copied = await copy(db, client, from);
      await writeMeta(client, "move", move.id);
      markMoved(db, move);
      return copied;
    });
    markMoved(db, { ...move, done: true });
    return { to: where, channels, anew: earlier !== undefined && channels !== undefined };
  } catch (error) {
    if (error instanceof StoreRefused) throw error;
    const left = readMove(db);
    const state = left === undefined ? `${from} is as it was; mend that, and try again.` : tellOfMove(from, left);
    throw new StoreRefused("unreadable", `${where}: ${String(error)}. ${state}`, { cause: error });
  } finally {
    db.close();
    await pool.end();
  }
}

/** Whether this very move has arrived. @throws StoreRefused where there is anything else. */
async function isThere(client: PoolClient, { id, to }: Move): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>("SELECT to_regnamespace('rmps') IS NOT NULL AS taken");
  if (rows[0]?.taken !== true) return false;
  const { rows: tables } = await client.query("SELECT FROM pg_tables WHERE schemaname = 'rmps' AND tablename = 'meta'");
  if (tables.length > 0 && (await readMeta(client, "move")) === id) return true;
  const remedy = "Name another database; or, where nothing was ever sold from it: DROP SCHEMA rmps CASCADE.";
  throw new StoreRefused(
    "taken",
    `${to} is not empty: a receiver has started there, or another store was moved. ${remedy}`,
  );
}

/** @returns how many channels there are. */
async function copy(db: Database.Database, client: PoolClient, from: string): Promise<number> {
  await migrate(client, from, MIGRATIONS);
  await copyMeta(db, client, from);
  let channels = 0;
  for (const table of TABLES) {
    const count = await copyTable(db, client, table);
    if (table.name === "channels") channels = count;
  }
  await client.query(
    "SELECT setval(pg_get_serial_sequence('rmps.transactions', 'id'), (SELECT max(id) FROM rmps.transactions))",
  );
  return channels;
}

async function copyMeta(db: Database.Database, client: PoolClient, from: string): Promise<void> {
  const read = db.prepare<[string], string | number | Buffer>("SELECT value FROM meta WHERE name = ?").pluck();
  for (const name of META) {
    const value = read.get(name);
    if (value !== undefined)
      await writeMeta(client, name, Buffer.isBuffer(value) ? value.toString("hex") : String(value));
    else if (name !== "head" && name !== "cursor") {
      throw new StoreRefused("unreadable", `${from} does not say its ${name}. Restore a backup.`);
    }
  }
}

async function copyTable(db: Database.Database, client: PoolClient, table: Table): Promise<number> {
  const sql = insertOf(table);
  const { atOnce = 500 } = table;
  let count = 0;
  let rows: unknown[][] = [];
  const insert = async () => {
    if (rows.length > 0) await client.query(sql, parametersOf(table, rows));
    count += rows.length;
    rows = [];
  };
  for (const row of db.prepare<[], unknown[]>(selectOf(table)).safeIntegers().raw().iterate()) {
    if (rows.push(row) >= atOnce) await insert();
  }
  await insert();
  return count;
}
