import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";
import type Database from "better-sqlite3";

const datasync = promisify(fdatasync);

/**
 * The write-ahead log of a database that this process alone has open. SQLite itself waits for the disk within the
 * commit, and the thread with it. Here a commit may leave the wait to us: its frames are in the log when it returns,
 * and `flush` makes them durable, exactly as SQLite would have, while the thread does something else.
 */
export class Wal {
  readonly #db: Database.Database;
  readonly #path: string;
  #file: number | undefined;
  #failure: Error | undefined;

  /** @param path of the database. Its own settings stay `synchronous = FULL` for all other commits. */
  constructor(db: Database.Database, path: string) {
    this.#db = db;
    this.#path = `${path}-wal`;
  }

  /**
   * Runs a transaction that does not wait for the disk. Nothing of it may be told to anybody before `flush`.
   * @throws what an earlier flush failed with: what is in the log then is not known any more, until a restart.
   */
  unflushed<Result>(transaction: () => Result): Result {
    if (this.#failure !== undefined) throw this.#failure;
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      return transaction();
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Everything that was committed before is durable once this resolves. @throws as the disk does, ever after. */
  async flush(): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await datasync((this.#file ??= openSync(this.#path, "r+")));
    } catch (error) {
      throw (this.#failure ??= error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** To be called when nothing is being flushed any more. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
