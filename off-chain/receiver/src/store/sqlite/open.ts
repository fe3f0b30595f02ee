import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { randomBytes } from "node:crypto";
import Database from "better-sqlite3";
import { checkBinding } from "../binding.ts";
import { StoreRefused } from "../error.ts";
import type { StoreOptions } from "../store.ts";
import { POST } from "./journal.ts";
import { forgetMove, readMove, tellOfMove } from "./moved.ts";
import { APPLICATION_ID, MIGRATIONS, MOVED_ID } from "./schema.ts";

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
  return opened(path, (db) => {
    lock(db, path, options.recover === true);
    migrate(db, path, migrations);
    db.transaction(() => db.exec(POST))();
    return { db, ...bind(db, path, options) };
  });
}

/**
 * Opens a file that is to be moved into another store, alone: in the newest schema already, whether marked as moved or not.
 * @throws StoreRefused
 */
export function openToMove(path: string): Database.Database {
  if (!existsSync(path)) throw new StoreRefused("unreadable", `There is no file ${path}. Name the store to be moved.`);
  return opened(path, (db) => {
    lock(db, path, true);
    const version = db.pragma("user_version", { simple: true }) as number;
    checkNotNewer(version, path, MIGRATIONS);
    if (version < MIGRATIONS.length) {
      const remedy =
        "Bring it up to date, then move it: rmps-receiver --check, with the configuration that it had so far.";
      const message = `${path} was written by an older version (schema ${version}, now ${MIGRATIONS.length}). ${remedy}`;
      throw new StoreRefused("older", message);
    }
    db.transaction(() => db.exec(POST))();
    return db;
  });
}

function opened<Result>(path: string, work: (db: Database.Database) => Result): Result {
  const db = openFile(path);
  try {
    return work(db);
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
function lock(db: Database.Database, path: string, moved: boolean): void {
  try {
    db.pragma("locking_mode = EXCLUSIVE");
    checkKind(db, path, moved);
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

/** @throws StoreRefused for another program's database, or (unless `moved`) one that was moved, before anything is written. */
function checkKind(db: Database.Database, path: string, moved: boolean): void {
  const application = db.pragma("application_id", { simple: true }) as number;
  if (application === MOVED_ID) {
    if (moved) return;
    throw new StoreRefused("moved", tellOfMove(path, readMove(db)));
  }
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() as number;
  if (tables > 0 && application !== APPLICATION_ID) {
    throw new StoreRefused("unreadable", `${path} is a database of something else. Name another file.`);
  }
}

/** SQLite gives its side files the mode of the main one; of these, in exclusive mode, there is but the log. */
function keepOthersOut(path: string): void {
  for (const file of [path, `${path}-wal`]) if (existsSync(file)) chmodSync(file, 0o600);
}

function checkNotNewer(version: number, path: string, { length }: readonly string[]): void {
  if (version <= length) return;
  const message = `${path} was written by a newer version (schema ${version}, known: ${length}). Upgrade.`;
  throw new StoreRefused("newer", message);
}

function migrate(db: Database.Database, path: string, migrations: readonly string[]): void {
  const version = db.pragma("user_version", { simple: true }) as number;
  checkNotNewer(version, path, migrations);
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
      forgetMove(db);
    }
    return {
      firstBlock: read.get("firstBlock") as number,
      challengeKey: new Uint8Array(read.get("challengeKey") as Buffer),
    };
  })();
}
