import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait for whoever holds a lock. Times in milliseconds. */
export interface Patience {
  /** How often it is asked for again. */
  readonly retries: number;
  /** By what each wait is longer than the one before. */
  readonly factor: number;
  /** The first wait, and the longest. */
  readonly minTimeout: number;
  readonly maxTimeout: number;
}

/** A lock is held for longer than the patience lasts. */
export class LockHeld extends Error {}

/** SQLite's result code for what another connection has locked; its extended codes have it in the lowest byte. */
const SQLITE_BUSY = 5;

/**
 * Takes the lock of a file, as soon as who holds it lets go or is dead. It is the operating system's own, by way of the
 * SQLite that comes with Node: only the end of the process takes it from its holder, not that it was suspended, however
 * long; and it excludes other holders in this process, too.
 * @param file made where it is missing, stays empty, and is never removed: another process may be about to lock it.
 * @returns what lets it go.
 * @throws LockHeld; at once what SQLite says where no lock can be made (the disk is full or read-only, the folder another
 * user's): waiting mends none of that.
 */
export async function takeLock(file: string, patience: Patience): Promise<() => void> {
  const { DatabaseSync } = await import("node:sqlite"); // not before it is needed: Node 22 has it from 22.13 on
  const { retries, factor, minTimeout, maxTimeout } = patience;
  for (let attempt = 0, wait = minTimeout; ; attempt++, wait = Math.min(maxTimeout, wait * factor)) {
    const database = new DatabaseSync(file);
    try {
      database.exec("BEGIN EXCLUSIVE");
      return () => database.close();
    } catch (error) {
      database.close();
      const code = (error as { errcode?: number }).errcode ?? 0;
      if ((code & 0xff) !== SQLITE_BUSY) throw error;
      if (attempt >= retries) throw new LockHeld(file, { cause: error });
    }
    await sleep(wait * (1 + Math.random())); // spread, so that two who wait do not meet at each attempt
  }
}
