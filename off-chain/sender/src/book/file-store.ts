import { createHash } from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { SenderError } from "../errors.ts";
import { Batch, type Transaction } from "./batch.ts";
import { decodeBook, encodeBook } from "./codec.ts";
import { takeLock, type Patience } from "./file-lock.ts";
import { Mutex } from "./mutex.ts";
import type { Store } from "./store.ts";

/** After this many milliseconds without a sign of life a lock is that of a dead process. */
const STALE = 5_000;

/** How long somebody else's short read-modify-write is waited for: past `STALE`, so that a dead one is outlived. */
const PATIENCE: Patience = { retries: 400, factor: 1.2, minTimeout: 5, maxTimeout: 100 };

/** Work under a named lock may be a transaction that waits for its block: for ten minutes, until that is given up. */
const LONG_PATIENCE: Patience = { ...PATIENCE, retries: 9_000 };

/** The book within the folder of the state. */
const FILE = "book.json";

/** `book.json` in `$RMPS_STATE` (a folder, or a file `*.json`), else in `rmps` of `$XDG_STATE_HOME` or `~/.local/state`. */
export function defaultStatePath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env["RMPS_STATE"];
  if (named) return named.endsWith(".json") ? resolve(named) : resolve(named, FILE);
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "rmps", FILE);
}

function failure(error: unknown, path: string): SenderError {
  if (error instanceof SenderError) return error;
  if (error instanceof Error && "code" in error && error.code === "ELOCKED") {
    const remedy = "Wait until its payments and transactions are through, and try again.";
    return new SenderError("state", `another process works with the state file ${path}`, remedy, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new SenderError(
    "state",
    `the state file ${path} cannot be used: ${message}`,
    "Make the file and its folder readable and writable for this user, on a disk with room, or name another file in RMPS_STATE.",
    { cause: error },
  );
}

async function contents(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** A renamed file is only durable once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A book in a file of mode 0600. Every change is one locked, atomic, synced replacement of the file, so that any number
 * of processes can share it, and one that is killed at any moment leaves it whole.
 * @param path the file; its folder is made where missing.
 */
export function fileStore(path: string = defaultStatePath()): Store {
  return patientStore(path, { short: PATIENCE, long: LONG_PATIENCE });
}

/** The same. @param patience how long it waits until another process has changed the file, and for work of the same name. */
export function patientStore(path: string, patience: Record<"short" | "long", Patience>): Store {
  const folder = dirname(path);
  const mutex = new Mutex();

  async function locked<T>(
    name: string,
    waits: Patience,
    work: (compromised: () => boolean) => Promise<T>,
  ): Promise<T> {
    let compromised = false;
    const onCompromised = () => void (compromised = true);
    const options = { stale: STALE, onCompromised };
    const unlock = await mkdir(folder, { recursive: true, mode: 0o700 })
      .then(() => takeLock(name, options, waits))
      .catch((error: unknown) => {
        throw failure(error, path);
      });
    try {
      return await work(() => compromised);
    } finally {
      if (!compromised) await unlock();
    }
  }

  const transaction: Transaction = async (apply) => {
    try {
      await locked(path, patience.short, async (compromised) => {
        const before = await contents(path);
        const state = decodeBook(before);
        apply(state);
        const after = encodeBook(state);
        if (after === before) return;
        if (compromised()) throw new Error("the lock was lost to another process");
        await writeFileAtomic(path, after, { mode: 0o600 });
        if (before === "") await chmod(path, 0o600);
        await syncFolder(folder);
      });
    } catch (error) {
      throw failure(error, path);
    }
  };
  const batch = new Batch(transaction);

  return {
    read: async () => {
      try {
        return decodeBook(await contents(path)); // files are replaced whole: no lock is needed to read one
      } catch (error) {
        throw failure(error, path);
      }
    },
    update: (change) => batch.update(change),
    exclusive: (name, work) =>
      mutex.run(name, () => {
        const suffix = createHash("sha256").update(name).digest("hex").slice(0, 16);
        return locked(`${path}.${suffix}`, patience.long, () => work());
      }),
  };
}
