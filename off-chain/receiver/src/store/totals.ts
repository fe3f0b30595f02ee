import type { Totals } from "./store.ts";

/** How long totals may be old, in milliseconds, and how many times what it takes to read every channel for them. */
const AGE = 5000;
const PAUSE = 50;

/** Totals over all channels, of which anybody may ask at any time, read now and then. */
export class RememberedTotals {
  readonly #read: () => Totals | Promise<Totals>;
  readonly #now: () => number;
  #totals: Promise<Totals> | undefined;
  #until = 0;

  /** @param now Unix milliseconds. */
  constructor(read: () => Totals | Promise<Totals>, now: () => number = Date.now) {
    this.#read = read;
    this.#now = now;
  }

  /** Reads once for all who ask meanwhile. @throws (rejects) as the reading does; it is tried again for who asks next. */
  get(): Promise<Totals> {
    if (this.#totals === undefined || this.#now() > this.#until) this.#totals = this.#readNow();
    return this.#totals;
  }

  async #readNow(): Promise<Totals> {
    const began = this.#now();
    this.#until = Infinity;
    try {
      const totals = await this.#read();
      this.#until = began + Math.max(AGE, PAUSE * (this.#now() - began));
      return totals;
    } catch (error) {
      this.#until = -Infinity;
      throw error;
    }
  }
}
