/** Milliseconds between two looks at the clock. */
const TICK = 250;

/** Looks in a row that have to come late: one long pause (a big file, a sleeping laptop) is no overload. */
const IN_A_ROW = 3;

/** Notices when this process does not keep up: a timer that comes late shows how long everything else has to wait. */
export class Lag {
  readonly #now: () => number;
  readonly #last: number[] = Array<number>(IN_A_ROW).fill(0);
  #timer: NodeJS.Timeout | undefined;
  #expected: number;
  #lag = 0;

  /** @param now Milliseconds of any clock. */
  constructor(now: () => number) {
    this.#now = now;
    this.#expected = now() + TICK;
  }

  /** Looks at the clock from now on. */
  start(): void {
    this.#timer = setInterval(() => this.look(), TICK).unref();
  }

  /** Looks now, as it should do every 250 ms. */
  look(): void {
    const now = this.#now();
    this.#last.shift();
    this.#last.push(now - this.#expected);
    this.#expected = now + TICK;
    this.#lag = Math.max(0, Math.min(...this.#last));
  }

  /** By how many milliseconds things have been late, at least, for a while. */
  get ms(): number {
    return this.#lag;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
