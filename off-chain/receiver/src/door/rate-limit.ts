/** How often something may happen. */
export interface Rate {
  /** In the long run. */
  readonly perSecond: number;
  /** At once, after a pause. */
  readonly burst: number;
}

/** Keys remembered at most. An IPv4 address or a channel id with its number takes some 200 bytes: 20 MB. */
const MAX_KEYS = 100_000;

/** Milliseconds that sums of clock and intervals may be off: clocks show fractions, and sums of these are rounded. */
const ROUNDING = 0.001;

/**
 * Token buckets by key, each kept as one number: the time at which the bucket will be full again (the generic cell rate
 * algorithm). A key whose time is past is as good as unknown, so forgetting it costs nothing.
 */
export class RateLimit {
  readonly #now: () => number;
  /** Milliseconds that one token takes to come back. */
  readonly #interval: number;
  /** Milliseconds that a whole bucket takes. */
  readonly #whole: number;
  readonly #maxKeys: number;
  readonly #fullAt = new Map<string, number>();

  /**
   * @param now Milliseconds of any clock.
   * @throws RangeError where nothing could ever happen.
   */
  constructor({ perSecond, burst }: Rate, now: () => number, maxKeys = MAX_KEYS) {
    if (!(perSecond > 0) || !(burst >= 1)) throw new RangeError("A rate is above 0 a second, its burst at least 1.");
    this.#now = now;
    this.#interval = 1000 / perSecond;
    this.#whole = burst * this.#interval;
    this.#maxKeys = maxKeys;
  }

  /** Takes a token. @returns 0, or the seconds (rounded up) until there is one again. */
  take(key: string): number {
    const now = this.#now();
    const fullAt = this.#fullAt.get(key);
    const next = (fullAt === undefined || fullAt < now ? now : fullAt) + this.#interval;
    const missing = next - now - this.#whole;
    if (missing > ROUNDING) return Math.ceil(missing / 1000);
    if (fullAt === undefined && this.#fullAt.size >= this.#maxKeys) this.#makeRoom(now);
    this.#fullAt.set(key, next);
    return 0;
  }

  /** Puts a token back that was taken before. */
  giveBack(key: string): void {
    const fullAt = this.#fullAt.get(key);
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - this.#interval);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Forgets full buckets; where there are none, the tenth that is longest known: memory is bounded in any case. */
  #makeRoom(now: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
    let excess = this.#fullAt.size - Math.floor(this.#maxKeys * 0.9);
    for (const key of this.#fullAt.keys()) {
      if (excess-- <= 0) break;
      this.#fullAt.delete(key);
    }
  }
}
