import type { Pool } from "pg";
import { StoreConflict } from "../error.ts";
import { fromTransaction, toTransaction } from "../transaction-json.ts";
import type { QueuedTransaction, TransactionStore } from "../transactions.ts";
import { guard } from "./connect.ts";

/** PostgreSQL's code for a row that a unique index does not allow. */
const UNIQUE_VIOLATION = "23505";

/** The settler's queue in PostgreSQL. */
export class PostgresTransactions implements TransactionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async add(transaction: Omit<QueuedTransaction, "id">): Promise<QueuedTransaction> {
    const { from, nonce, state } = transaction;
    try {
      const { rows } = await this.#pool.query<{ id: number }>(
        "INSERT INTO rmps.transactions (sender, nonce, state, document) VALUES ($1, $2, $3, $4) RETURNING id",
        [from, nonce, state, fromTransaction(transaction)],
      );
      return { ...transaction, id: rows[0]!.id };
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) return guard(() => Promise.reject(error as Error));
      throw new StoreConflict(`There is a transaction of ${from} with nonce ${nonce} already.`, { cause: error });
    }
  }

  async update(transaction: QueuedTransaction): Promise<void> {
    const { id, state } = transaction;
    const sql = "UPDATE rmps.transactions SET state = $2, document = $3 WHERE id = $1";
    await guard(() => this.#pool.query(sql, [id, state, fromTransaction(transaction)]));
  }

  unfinished(): Promise<QueuedTransaction[]> {
    const sql = "SELECT id, document FROM rmps.transactions WHERE state IN ('pending', 'mined') ORDER BY id";
    return guard(async () => {
      const { rows } = await this.#pool.query<{ id: number; document: string }>(sql);
      return rows.map(({ id, document }) => toTransaction(id, document));
    });
  }
}
