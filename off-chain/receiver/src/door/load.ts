/** Milliseconds between two looks at the clock. */
const TICK = 250;

/** Notices when this process does not keep up: a timer that comes late shows how long everything else has to wait. */
export class Lag {
  readonly #timer: NodeJS.Timeout;
  #expected: number;
  #lag = 0;

  constructor() {
    this.#expected = performance.now() + TICK;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lag = Math.max(0, now - this.#expected);
      this.#expected = now + TICK;
    }, TICK).unref();
  }

  /** How late things were when last looked at, in milliseconds. */
  get ms(): number {
    return this.#lag;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
