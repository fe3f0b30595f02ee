import { StoreConflict, StoreUnavailable } from "../error.ts";

/** Does what SQLite does at once, as a promise: it rejects with `StoreUnavailable` where the database fails. */
export function promised<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => resolve(guarded(work)));
}

/** Does what SQLite does at once. @throws StoreUnavailable where the database fails. */
export function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreConflict || error instanceof StoreUnavailable) throw error;
    throw new StoreUnavailable("The store failed.", { cause: error });
  }
}
