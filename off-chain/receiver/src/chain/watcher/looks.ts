import type { Hex } from "@rmps/proofs";

/** Ids remembered at most: the oldest are forgotten first, so that a flood of random ids fills no memory. */
const REMEMBERED = 10_000;

/**
 * Decides whether an unknown channel id is worth asking a node about: once for each block, and at most so many a
 * second over all ids.
 */
export class Looks {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #seen = new Map<Hex, Hex | undefined>();
  #tokens: number;
  #filledAt: number;

  /** @param now Unix milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = perSecond;
    this.#filledAt = now();
  }

  /** Whether to look for `id` now, where the newest block seen is `head`. Counts as a look if so. */
  allow(id: Hex, head: Hex | undefined): boolean {
    if (this.#seen.has(id) && this.#seen.get(id) === head) return false;
    const now = this.#now();
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Remembers that `id` did not exist at `head`. */
  remember(id: Hex, head: Hex | undefined): void {
    this.#seen.delete(id);
    this.#seen.set(id, head);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!);
  }
}
