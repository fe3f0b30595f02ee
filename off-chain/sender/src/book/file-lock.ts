import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";

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

/** What a lock is. The library's own type would be part of our declarations, and its users would not have it. */
export interface Lock {
  /** Milliseconds without a sign of life after which it is that of a dead process. */
  readonly stale: number;
  /** Told where another process took it for stale. */
  readonly onCompromised: () => void;
}

/**
 * Takes the lock of that name, as soon as who holds it lets go or is dead.
 * @returns what lets it go.
 * @throws the system's error at once where no lock can be made (the disk is full or read-only, the folder another
 * user's): waiting mends none of that; `ELOCKED` where it is held for longer than the patience lasts.
 */
export async function takeLock(name: string, options: Lock, patience: Patience): Promise<() => Promise<void>> {
  const { retries, factor, minTimeout, maxTimeout } = patience;
  for (let attempt = 0, wait = minTimeout; ; attempt++, wait = Math.min(maxTimeout, wait * factor)) {
    try {
      return await lock(name, { ...options, realpath: false, retries: 0 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED" || attempt >= retries) throw error;
    }
    await sleep(wait * (1 + Math.random())); // spread, so that two who wait do not meet at each attempt
  }
}
