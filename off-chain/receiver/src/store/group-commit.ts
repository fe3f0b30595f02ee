import { StoreUnavailable } from "./error.ts";

interface Waiting<Operation, Result> {
  readonly operation: Operation;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * How long the first of those who wait lets others join, in milliseconds, as long as others keep coming. A commit costs
 * about the same for one as for many, so that on a fast disk, small commits would eat the processor.
 */
const LINGER = 2;

/** Operations in a commit, and how they gather. */
export interface GroupOptions {
  /** Operations in a commit; 1024 unless given. */
  readonly atMost?: number;
  /** Waits while operations gather; as long as more keep coming, but no longer than `LINGER`, unless given. */
  readonly gather?: () => Promise<unknown>;
  /** Milliseconds, for `LINGER`; the system's monotonic clock unless given. */
  readonly now?: () => number;
}

const turn = (): Promise<void> => new Promise(setImmediate);

/**
 * One commit for all who wait. Operations are collected as long as every turn of the event loop brings more of them
 * (but not for long), and while a commit is on its way; then they are committed together, and only then does anybody
 * get an answer.
 */
export class GroupCommit<Operation, Result> {
  readonly #commit: (operations: Operation[]) => Result[] | Promise<Result[]>;
  readonly #atMost: number;
  readonly #gather: () => Promise<unknown>;
  readonly #now: () => number;
  #waiting: Waiting<Operation, Result>[] = [];
  #since = 0;
  #running: Promise<void> | undefined;
  #failing = false;

  /** @param commit makes operations durable in their order, all or none, and answers each; one call at a time. */
  constructor(commit: (operations: Operation[]) => Result[] | Promise<Result[]>, options: GroupOptions = {}) {
    this.#commit = commit;
    this.#atMost = options.atMost ?? 1024;
    this.#now = options.now ?? performance.now.bind(performance);
    this.#gather = options.gather ?? (() => this.#linger());
  }

  /** @returns what the commit answers. Rejects with `StoreUnavailable` where it fails. */
  submit(operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#since = this.#now();
      this.#waiting.push({ operation, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Whether the last commit failed. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Waits until nothing waits. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #linger(): Promise<void> {
    const until = this.#since + LINGER;
    for (let before = -1; before < this.#waiting.length && this.#waiting.length < this.#atMost;) {
      before = this.#waiting.length;
      await turn();
      if (this.#now() >= until) return;
    }
  }

  async #run(): Promise<void> {
    do {
      // Between two commits too: answers go out, and new requests come in, before the next one blocks the thread.
      await this.#gather();
      const batch =
        this.#waiting.length > this.#atMost ? this.#waiting.splice(0, this.#atMost) : this.#waiting.splice(0);
      try {
        const results = await this.#commit(batch.map(({ operation }) => operation));
        this.#failing = false;
        for (let i = 0; i < batch.length; i++) batch[i]!.resolve(results[i]!);
      } catch (error) {
        this.#failing = true;
        const failure =
          error instanceof StoreUnavailable ? error : new StoreUnavailable("The store failed.", { cause: error });
        for (const { reject } of batch) reject(failure);
      }
    } while (this.#waiting.length > 0);
    this.#running = undefined;
  }
}
