import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import type { Store, StoreOptions } from "../../src/store/store.ts";
import { binding } from "../support/channels.ts";

/** A place for one store, which can be opened again and again. */
export interface Place {
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** Closes what is open and removes everything. */
  remove(): Promise<void>;
}

/** A kind of store under test: makes empty places. */
export interface Kind {
  readonly name: string;
  /** Whether several nodes may have a store open at once. */
  readonly shared: boolean;
  place(): Promise<Place>;
  /** After all tests. */
  stop(): Promise<void>;
}

/** Stores opened with the defaults of the tests, closed together. */
export function placeOf(where: string, cleanUp: () => Promise<void> | void): Place {
  const open: Store[] = [];
  return {
    async open(options = {}) {
      const store = await openStore(where, { binding, firstBlock: 1, ...options });
      open.push(store);
      return store;
    },
    async remove() {
      for (const store of open) await store.close();
      await cleanUp();
    },
  };
}

export const sqlite: Kind = {
  name: "SQLite",
  shared: false,
  async place() {
    const directory = mkdtempSync(join(tmpdir(), "rmps-store-"));
    return placeOf(join(directory, "store.sqlite"), () => rmSync(directory, { recursive: true }));
  },
  async stop() {},
};
