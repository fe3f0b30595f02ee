import { createHash } from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { SenderError } from "../errors.ts";
import { Batch, type Transaction } from "./batch.ts";
import { decodeBook, encodeBook } from "./codec.ts";
import { LockHeld, takeLock, type Patience } from "./file-lock.ts";
import { Mutex } from "./mutex.ts";
import type { Store } from "./store.ts";

/** How long somebody else's short read-modify-write is waited for: half a minute and more. */
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
  if (error instanceof LockHeld) {
    const remedy =
      "Wait until its payments and transactions are through, and try again. If it was suspended, let it go on, or end it.";
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
 * of processes can share it; one that is killed at any moment leaves it whole, and one that is suspended at any moment
 * keeps its locks, which are empty files in a folder beside it, `book.json.locks`.
 * @param path the file; its folder is made where missing.
 */
export function fileStore(path: string = defaultStatePath()): Store {
  return patientStore(path, { short: PATIENCE, long: LONG_PATIENCE });
}

/** The same. @param patience how long it waits until another process has changed the file, and for work of the same name. */
export function patientStore(path: string, patience: Record<"short" | "long", Patience>): Store {
  const folder = dirname(path);
  const locks = `${path}.locks`;
  const mutex = new Mutex();

  async function locked<T>(name: string, waits: Patience, work: () => Promise<T>): Promise<T> {
    const unlock = await mkdir(locks, { recursive: true, mode: 0o700 })
      .then(() => takeLock(join(locks, name), waits))
      .catch((error: unknown) => {
        throw failure(error, path);
      });
    try {
      return await work();
    } finally {
      unlock();
    }
  }

  const transaction: Transaction = async (apply) => {
    try {
      await locked("book", patience.short, async () => {
        const before = await contents(path);
        const state = decodeBook(before);
        apply(state);
        const after = encodeBook(state);
        if (after === before) return;
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
        const short = createHash("sha256").update(name).digest("hex").slice(0, 16);
        return locked(short, patience.long, work);
      }),
  };
}
