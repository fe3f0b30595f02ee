import { StoreUnavailable } from "./error.ts";

interface Waiting<Operation, Result> {
  readonly operation: Operation;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit for all who wait. Operations are collected until the event loop comes round, and while a commit is on its
 * way; then they are committed together, and only then does anybody get an answer.
 */
export class GroupCommit<Operation, Result> {
  readonly #commit: (operations: Operation[]) => Result[] | Promise<Result[]>;
  readonly #atMost: number;
  #waiting: Waiting<Operation, Result>[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param commit makes operations durable in their order, all or none, and answers each; one call at a time.
   * @param atMost operations in a commit.
   */
  constructor(commit: (operations: Operation[]) => Result[] | Promise<Result[]>, atMost = 1024) {
    this.#commit = commit;
    this.#atMost = atMost;
  }

  /** @returns what the commit answers. Rejects with `StoreUnavailable` where it fails. */
  submit(operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits until nothing waits. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop, in which everything that has arrived joins.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch =
        this.#waiting.length > this.#atMost ? this.#waiting.splice(0, this.#atMost) : this.#waiting.splice(0);
      try {
        const results = await this.#commit(batch.map(({ operation }) => operation));
        for (let i = 0; i < batch.length; i++) batch[i]!.resolve(results[i]!);
      } catch (error) {
        const failure =
          error instanceof StoreUnavailable ? error : new StoreUnavailable("The store failed.", { cause: error });
        for (const { reject } of batch) reject(failure);
      }
      // Answers go out, and new requests come in, before the next commit blocks the thread.
      if (this.#waiting.length > 0) await new Promise(setImmediate);
    }
    this.#running = undefined;
  }
}
