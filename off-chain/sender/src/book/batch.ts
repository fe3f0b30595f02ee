import type { BookState } from "./record.ts";

/** Carries one batch: loads the state, passes it to `apply`, and makes durable what came of it. */
export type Transaction = (apply: (state: BookState) => void) => Promise<void>;

/**
 * Gathers updates that arrive while a transaction is running, and makes the next transaction carry them all: a hundred
 * parallel payments wait for a few durable writes, not for a hundred.
 */
export class Batch {
  readonly #transaction: Transaction;
  #waiting: ((state: BookState) => void)[] = [];
  #settled: (() => void)[] = [];
  #failed: ((error: unknown) => void)[] = [];
  #running = false;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  update<T>(change: (state: BookState) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let outcome: () => void;
      this.#waiting.push((state) => {
        try {
          const value = change(state);
          outcome = () => resolve(value);
        } catch (error) {
          outcome = () => reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      this.#settled.push(() => outcome());
      this.#failed.push(reject);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      let settled: (() => void)[] = [];
      let failed = this.#failed;
      try {
        await this.#transaction((state) => {
          const changes = this.#waiting;
          settled = this.#settled;
          failed = this.#failed;
          [this.#waiting, this.#settled, this.#failed] = [[], [], []];
          for (const change of changes) change(state);
        });
        for (const settle of settled) settle();
      } catch (error) {
        // Where the transaction failed before it took the batch, everybody who waits learns of it.
        if (failed === this.#failed) [this.#waiting, this.#settled, this.#failed] = [[], [], []];
        for (const fail of failed) fail(error);
      }
    }
    this.#running = false;
  }
}
