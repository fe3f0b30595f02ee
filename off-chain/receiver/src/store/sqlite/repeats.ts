import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import type { StoredAnswer } from "../store.ts";

/** How long a key is remembered: a day, in milliseconds. */
const REMEMBERED = 24 * 60 * 60 * 1000;
/** Keys that are added before old ones are looked for. */
const BETWEEN_SWEEPS = 256;

interface RepeatRow {
  status: number | null;
  headers: string | null;
  body: Buffer | null;
}

/** Requests that were charged under an `Idempotency-Key`, and their answers. All within the caller's transaction. */
export class Repeats {
  readonly #read: Database.Statement<[Hex], RepeatRow>;
  readonly #add: Database.Statement<[Hex, number]>;
  readonly #answer: Database.Statement<[number, string, Uint8Array, Hex]>;
  readonly #remove: Database.Statement<[Hex]>;
  readonly #sweep: Database.Statement<[number]>;
  #untilSweep = 0;

  constructor(db: Database.Database) {
    this.#read = db.prepare("SELECT status, headers, body FROM repeats WHERE key = ?");
    this.#add = db.prepare("INSERT INTO repeats (key, created) VALUES (?, ?)");
    this.#answer = db.prepare("UPDATE repeats SET status = ?, headers = ?, body = ? WHERE key = ?");
    this.#remove = db.prepare("DELETE FROM repeats WHERE key = ?");
    this.#sweep = db.prepare("DELETE FROM repeats WHERE created < ?");
  }

  /** What is known of a key: undefined where it is new. */
  find(key: Hex): { readonly answer: StoredAnswer | undefined } | undefined {
    const row = this.#read.get(key);
    if (row === undefined) return undefined;
    if (row.status === null || row.headers === null || row.body === null) return { answer: undefined };
    const headers = JSON.parse(row.headers) as [string, string][];
    return { answer: { status: row.status, headers, body: new Uint8Array(row.body) } };
  }

  add(key: Hex): void {
    const now = Date.now();
    if (this.#untilSweep-- <= 0) {
      this.#sweep.run(now - REMEMBERED);
      this.#untilSweep = BETWEEN_SWEEPS;
    }
    this.#add.run(key, now);
  }

  answer(key: Hex, { status, headers, body }: StoredAnswer): void {
    this.#answer.run(status, JSON.stringify(headers), body, key);
  }

  /** The charge was undone: the same key may be charged again. */
  remove(key: Hex): void {
    this.#remove.run(key);
  }
}
