import { Pool, type PoolClient } from "pg";
import { StoreUnavailable } from "../error.ts";

/** Connections of one node; payments use one at a time. */
const CONNECTIONS = 4;
/** Milliseconds for a connection, and for a statement: whoever waits longer is told that the store fails. */
const CONNECT_TIMEOUT = 5_000;
const STATEMENT_TIMEOUT = 10_000;

/** A pool whose every connection is durable, and gives up rather than hang. */
export function connect(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: STATEMENT_TIMEOUT + 1_000,
    keepAlive: true,
    application_name: "rmps-receiver",
    options: `-c synchronous_commit=on -c statement_timeout=${STATEMENT_TIMEOUT} -c idle_in_transaction_session_timeout=${STATEMENT_TIMEOUT}`,
  });
  // A connection that breaks while it is idle: the next query gets another one, or fails.
  pool.on("error", () => undefined);
  return pool;
}

/** Runs a transaction; any failure undoes it. */
export async function transact<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    await client.query("ROLLBACK").then(
      () => (broken = undefined),
      () => undefined,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Turns whatever a database throws into `StoreUnavailable`. */
export async function guard<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    throw new StoreUnavailable("The store failed.", { cause: error });
  }
}
