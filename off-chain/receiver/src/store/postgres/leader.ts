import type { Pool, PoolClient } from "pg";

/** "RMPS" in ASCII, and a number. */
const LEADER_LOCK = "1380798547, 2";

/** One node of a store leads: it holds an advisory lock, which the database frees when its connection ends. */
export class Leader {
  readonly #pool: Pool;
  #client: PoolClient | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Whether this node leads now. Takes the lead where nobody has it. */
  async lead(): Promise<boolean> {
    if (this.#client !== undefined) {
      try {
        await this.#client.query("SELECT 1");
        return true;
      } catch {
        this.#drop(new Error("The connection that held the lead broke."));
      }
    }
    const client = await this.#pool.connect();
    // From now on it may break at any time, with nobody waiting on it.
    client.on("error", (error) => this.#drop(error));
    try {
      const sql = `SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS held`;
      const { rows } = await client.query<{ held: boolean }>(sql);
      if (rows[0]?.held === true) {
        this.#client = client;
        return true;
      }
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
    client.removeAllListeners("error");
    client.release();
    return false;
  }

  /** Gives the lead up. */
  resign(): void {
    this.#drop(new Error("resigned")); // Ends the connection, and with it the lock.
  }

  #drop(error: Error): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(error);
  }
}
