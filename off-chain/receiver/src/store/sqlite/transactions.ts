import Database from "better-sqlite3";
import { StoreConflict } from "../error.ts";
import { promised } from "./promised.ts";
import { fromTransaction, toTransaction } from "../transaction-json.ts";
import type { QueuedTransaction, TransactionStore } from "../transactions.ts";

/** The settler's queue in SQLite. */
export class SqliteTransactions implements TransactionStore {
  readonly #add: Database.Statement<[string, number, string, string]>;
  readonly #update: Database.Statement<[string, string, number]>;
  readonly #unfinished: Database.Statement<[], [number, string]>;

  constructor(db: Database.Database) {
    this.#add = db.prepare("INSERT INTO transactions (sender, nonce, state, document) VALUES (?, ?, ?, ?)");
    this.#update = db.prepare("UPDATE transactions SET state = ?, document = ? WHERE id = ?");
    this.#unfinished = db
      .prepare<[], [number, string]>(
        "SELECT id, document FROM transactions WHERE state IN ('pending', 'mined') ORDER BY id",
      )
      .raw();
  }

  add(transaction: Omit<QueuedTransaction, "id">): Promise<QueuedTransaction> {
    const { from, nonce, state } = transaction;
    return promised(() => {
      try {
        const { lastInsertRowid } = this.#add.run(from, nonce, state, fromTransaction(transaction));
        return { ...transaction, id: Number(lastInsertRowid) };
      } catch (error) {
        if (!(error instanceof Database.SqliteError) || error.code !== "SQLITE_CONSTRAINT_UNIQUE") throw error;
        throw new StoreConflict(`There is a transaction of ${from} with nonce ${nonce} already.`, { cause: error });
      }
    });
  }

  update(transaction: QueuedTransaction): Promise<void> {
    const { id, state } = transaction;
    return promised(() => void this.#update.run(state, fromTransaction(transaction), id));
  }

  unfinished(): Promise<QueuedTransaction[]> {
    return promised(() => this.#unfinished.all().map(([id, document]) => toTransaction(id, document)));
  }
}
