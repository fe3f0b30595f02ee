import { randomBytes } from "node:crypto";
import { open, rm, type FileHandle } from "node:fs/promises";
import type Database from "better-sqlite3";
import { StoreUnavailable } from "../error.ts";

/**
 * Copies a database that is in use, page by page; what is written meanwhile is in the copy too.
 * @param path of the database: the copy is made beside it, where there is a disk for it, and nobody else may read.
 * @returns the copy, open and without a name. @throws StoreUnavailable
 */
export async function copyDatabase(db: Database.Database, path: string): Promise<FileHandle> {
  const name = `${path}-copy-${randomBytes(8).toString("hex")}`;
  let file: FileHandle | undefined;
  try {
    file = await open(name, "ax+", 0o600);
    await db.backup(name);
    return file;
  } catch (error) {
    await file?.close();
    throw new StoreUnavailable("The store cannot be copied.", { cause: error });
  } finally {
    await rm(name, { force: true });
  }
}
