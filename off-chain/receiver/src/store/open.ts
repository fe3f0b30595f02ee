import { PostgresStore } from "./postgres/postgres.ts";
import { SqliteStore } from "./sqlite/sqlite.ts";
import type { Store, StoreOptions } from "./store.ts";

/** Whether a store is a database of PostgreSQL, and no file. */
export const isPostgres = (where: string): boolean => /^postgres(?:ql)?:\/\//.test(where);

/**
 * Opens the store of a receiver, or makes it.
 * @param where a `postgres://` URL, or the path of a SQLite file.
 * @throws StoreRefused where it cannot or must not be used; the message says how to mend it.
 */
export async function openStore(where: string, options: StoreOptions): Promise<Store> {
  return isPostgres(where) ? PostgresStore.open(where, options) : new SqliteStore(where, options);
}
