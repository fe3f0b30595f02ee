import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { checkBinding } from "../binding.ts";
import { StoreRefused } from "../error.ts";
import type { StoreOptions } from "../store.ts";
import { connect, transact } from "./connect.ts";
import { MIGRATIONS } from "./schema.ts";

/** Serialises nodes that start at once; "RMPS" in ASCII, and a number. */
const SETUP_LOCK = "1380798547, 1";

/** What an opened database tells about itself. */
export interface Opened {
  readonly pool: Pool;
  readonly firstBlock: number;
  readonly challengeKey: Uint8Array;
}

/**
 * Opens the database, in the newest schema, bound to one deployment and receiver. Nodes may do so at the same time.
 * @param migrations the steps of the schema; a step that fails leaves the database as it was.
 * @throws StoreRefused
 */
export async function openDatabase(url: string, options: StoreOptions, migrations = MIGRATIONS): Promise<Opened> {
  const where = withoutSecrets(url);
  const pool = connect(url);
  try {
    return await transact(pool, async (client) => {
      await waitForOthers(client);
      await migrate(client, where, migrations);
      return { pool, ...(await bind(client, where, options)) };
    });
  } catch (error) {
    await pool.end();
    if (error instanceof StoreRefused) throw error;
    const message = `The database ${where} cannot be used as a store: ${String(error)}. Check its URL (store), and that it runs.`;
    throw new StoreRefused("unreadable", message, { cause: error });
  }
}

/** Until the end of the transaction, no other node opens the database. */
export async function waitForOthers(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${SETUP_LOCK})`);
}

/** Takes the schema to its newest version. Within a transaction. @throws StoreRefused */
export async function migrate(client: PoolClient, where: string, migrations: readonly string[]): Promise<void> {
  await client.query("CREATE SCHEMA IF NOT EXISTS rmps");
  await client.query("CREATE TABLE IF NOT EXISTS rmps.meta (name text PRIMARY KEY, value text NOT NULL)");
  const version = Number((await readMeta(client, "version")) ?? "0");
  if (version > migrations.length) {
    const message = `${where} was written by a newer version (schema ${version}, known: ${migrations.length}). Upgrade.`;
    throw new StoreRefused("newer", message);
  }
  for (let step = version; step < migrations.length; step++) {
    await client.query(migrations[step]!);
    await writeMeta(client, "version", String(step + 1));
  }
}

async function bind(client: PoolClient, where: string, { binding, firstBlock, recover }: StoreOptions) {
  const expected = {
    chainId: String(binding.chainId),
    deploymentBlockHash: binding.deploymentBlockHash,
    contract: binding.contract,
    receiver: binding.receiver,
  };
  const stored = await client.query<{ name: string; value: string }>("SELECT name, value FROM rmps.meta");
  const meta = new Map(stored.rows.map(({ name, value }) => [name, value]));
  if (!meta.has("chainId")) {
    const fresh = { ...expected, challengeKey: randomBytes(32).toString("hex"), firstBlock: String(firstBlock) };
    for (const [name, value] of Object.entries(fresh)) {
      await writeMeta(client, name, value);
      meta.set(name, value);
    }
  } else {
    checkBinding(where, (name) => meta.get(name) ?? "nothing", expected);
  }
  if (recover === true) {
    await writeMeta(client, "firstBlock", String(firstBlock));
    await client.query("UPDATE rmps.channels SET paid = false");
    meta.set("firstBlock", String(firstBlock));
  }
  return {
    firstBlock: Number(meta.get("firstBlock")),
    challengeKey: new Uint8Array(Buffer.from(meta.get("challengeKey") ?? "", "hex")),
  };
}

/** A value of `rmps.meta`. */
export async function readMeta(client: PoolClient | Pool, name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>("SELECT value FROM rmps.meta WHERE name = $1", [name]);
  return rows[0]?.value;
}

/** Sets a value of `rmps.meta`. */
export async function writeMeta(client: PoolClient | Pool, name: string, value: string): Promise<void> {
  await client.query(
    "INSERT INTO rmps.meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [name, value],
  );
}

/** A database's URL as it may be written down. */
export function withoutSecrets(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed === undefined ? "PostgreSQL" : `${parsed.host}${parsed.pathname}`;
}
