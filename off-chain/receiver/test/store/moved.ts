import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { moveStore } from "../../src/store/move/move.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { binding } from "../support/channels.ts";
import type { Kind } from "./stores.ts";

/** Stores that are born in a file, and moved into a database before they are opened for the second time. */
export function movedTo(database: () => string): Kind {
  return {
    name: "SQLite, then moved to PostgreSQL",
    shared: false,
    async place() {
      const url = database();
      await empty(url);
      const directory = mkdtempSync(join(tmpdir(), "rmps-moved-"));
      const file = join(directory, "store.sqlite");
      const open: Store[] = [];
      return {
        async open(options = {}) {
          if (open.length === 1) await moveStore(file, url);
          const store = await openStore(open.length === 0 ? file : url, { binding, firstBlock: 1, ...options });
          open.push(store);
          return store;
        },
        async remove() {
          for (const store of open) await store.close();
          rmSync(directory, { recursive: true });
        },
      };
    },
    async stop() {},
  };
}

/** Empties a database. */
export async function empty(url: string): Promise<void> {
  await ask(url, "DROP SCHEMA IF EXISTS rmps CASCADE");
}

/** Asks a database something. */
export async function ask<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query<Row>(sql).finally(() => client.end());
  return rows;
}
