import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { randomBytes } from "node:crypto";
import Database from "better-sqlite3";
import { checkBinding } from "../binding.ts";
import { StoreRefused } from "../error.ts";
import type { StoreOptions } from "../store.ts";
import { POST } from "./journal.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";

/** What an opened database tells about itself. */
export interface Opened {
  readonly db: Database.Database;
  readonly firstBlock: number;
  readonly challengeKey: Uint8Array;
}

/**
 * Opens the database file, or makes it: alone, readable by its owner only, with full synchronisation, in the newest
 * schema, bound to one deployment and receiver.
 * @param migrations the steps of the schema; a step that fails leaves the file as it was.
 * @throws StoreRefused
 */
export function openDatabase(path: string, options: StoreOptions, migrations = MIGRATIONS): Opened {
  const db = openFile(path);
  try {
    lock(db, path);
    migrate(db, path, migrations);
    db.transaction(() => db.exec(POST))();
    return { db, ...bind(db, path, options) };
  } catch (error) {
    db.close();
    if (error instanceof StoreRefused) throw error;
    const message = `${path} cannot be used as a store: ${String(error)}. Restore a backup, or name another file.`;
    throw new StoreRefused("unreadable", message, { cause: error });
  }
}

function openFile(path: string): Database.Database {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Never opened where it is there: closing it again would drop the locks that this process may hold on it.
    if (!existsSync(path)) closeSync(openSync(path, "ax", 0o600));
    if (!statSync(path).isFile()) throw new Error("it is no file");
    return new Database(path, { timeout: 0 });
  } catch (error) {
    const message = `${path} cannot be opened: ${String(error)}. Name a file in a directory that this user may write.`;
    throw new StoreRefused("unreadable", message, { cause: error });
  }
}

/** Takes the file for this process alone, until it is closed or the process ends. What is no store stays as it is. */
function lock(db: Database.Database, path: string): void {
  try {
    db.pragma("locking_mode = EXCLUSIVE");
    checkKind(db, path);
    keepOthersOut(path);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("wal_autocheckpoint = 4000");
    db.exec("BEGIN EXCLUSIVE; COMMIT");
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) throw error;
    const message = `${path} is in use by another process. Stop the other receiver, or give this one its own store.`;
    throw new StoreRefused("locked", message, { cause: error });
  }
}

/** @throws StoreRefused for another program's database, before anything is written. */
function checkKind(db: Database.Database, path: string): void {
  const application = db.pragma("application_id", { simple: true }) as number;
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() as number;
  if (tables > 0 && application !== APPLICATION_ID) {
    throw new StoreRefused("unreadable", `${path} is a database of something else. Name another file.`);
  }
}

/** SQLite gives its side files the mode of the main one; of these, in exclusive mode, there is but the log. */
function keepOthersOut(path: string): void {
  for (const file of [path, `${path}-wal`]) if (existsSync(file)) chmodSync(file, 0o600);
}

function migrate(db: Database.Database, path: string, migrations: readonly string[]): void {
  const version = db.pragma("user_version", { simple: true }) as number;
  if (version > migrations.length) {
    const message = `${path} was written by a newer version (schema ${version}, known: ${migrations.length}). Upgrade.`;
    throw new StoreRefused("newer", message);
  }
  for (let step = version; step < migrations.length; step++) {
    db.transaction(() => {
      db.exec(migrations[step]!);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${step + 1}`);
    })();
  }
}

function bind(db: Database.Database, path: string, { binding, firstBlock, recover }: StoreOptions) {
  const read = db.prepare<[string], string | number | Buffer>("SELECT value FROM meta WHERE name = ?").pluck();
  const write = db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
  return db.transaction(() => {
    const expected = {
      chainId: String(binding.chainId),
      deploymentBlockHash: binding.deploymentBlockHash,
      contract: binding.contract,
      receiver: binding.receiver,
    };
    if (read.get("chainId") === undefined) {
      for (const [name, value] of Object.entries(expected)) write.run(name, value);
      write.run("challengeKey", randomBytes(32));
      write.run("firstBlock", firstBlock);
    } else {
      checkBinding(path, (name) => String(read.get(name)), expected);
    }
    if (recover === true) {
      write.run("firstBlock", firstBlock);
      db.exec("UPDATE channels SET paid = 0");
    }
    return {
      firstBlock: read.get("firstBlock") as number,
      challengeKey: new Uint8Array(read.get("challengeKey") as Buffer),
    };
  })();
}
