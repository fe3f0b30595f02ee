import type { Rpc } from "./rpc/rpc.ts";

/** Longest wait between two rounds after failures, in milliseconds. */
const MAX_BACKOFF = 15_000;

/** Runs one thing again and again, never twice at once: at intervals, when a node announces a block, when asked. */
export class Heartbeat {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  readonly #failed: (error: unknown) => void;
  readonly #now: () => number;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #stopped = false;
  #failures = 0;
  #failingSince: number | undefined;

  /** @param now Unix milliseconds. */
  constructor(work: () => Promise<void>, everyMs: number, failed: (error: unknown) => void, now: () => number) {
    this.#work = work;
    this.#everyMs = everyMs;
    this.#failed = failed;
    this.#now = now;
  }

  /** Since when it has failed, Unix milliseconds; undefined while it does not. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  start(announcements?: Pick<Rpc, "onHead">): void {
    this.#stopListening = announcements?.onHead(() => void this.#tick());
    this.#schedule();
  }

  /** Runs it now, or joins the run in progress. @throws as the work does. */
  beat(): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    const running = this.#run().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return (this.#running = running);
  }

  /** A run that begins after this call: what happened before it is seen. @throws as the work does. */
  async fresh(): Promise<void> {
    await this.#running?.catch(() => undefined);
    return this.beat();
  }

  /** Does something else, not while the work runs. @throws as `other` does. */
  between<T>(other: () => Promise<T>): Promise<T> {
    const before = this.#running ?? Promise.resolve();
    const result = before.catch(() => undefined).then(other);
    const running = result
      .then(() => undefined)
      .finally(() => {
        if (this.#running === running) this.#running = undefined;
      });
    running.catch(() => undefined); // told by `result`
    this.#running = running;
    return result;
  }

  /** Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#stopListening?.();
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
      this.#failures = 0;
      this.#failingSince = undefined;
    } catch (error) {
      this.#failures++;
      this.#failingSince ??= this.#now();
      throw error;
    }
  }

  async #tick(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await this.beat();
    } catch (error) {
      this.#failed(error);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const wait = Math.min(Math.max(MAX_BACKOFF, this.#everyMs), this.#everyMs * 2 ** Math.min(this.#failures, 10));
    this.#timer = setTimeout(() => void this.#tick(), wait);
  }
}
