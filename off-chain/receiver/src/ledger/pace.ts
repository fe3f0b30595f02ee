/** Payments that are looked at in one turn of the event loop: a few milliseconds' worth of signatures. */
const A_TURN = 16;

/**
 * Lets the event loop turn between payments. It reads whatever has arrived in one turn; were all of that verified in the
 * same turn, the store's answer would lie there meanwhile, and then all would wait for the store together, with nothing
 * left for the processor to do. Health checks and closes get their turn, too.
 */
export class Pace {
  #left = A_TURN;
  #isTurning = false;
  readonly #waiting: (() => void)[] = [];

  /** First come, first served. @returns undefined: go on; else what to wait for before. */
  enter(): Promise<void> | undefined {
    if (!this.#isTurning) {
      this.#isTurning = true;
      setImmediate(this.#turn);
    }
    if (this.#left === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#left--;
    return undefined;
  }

  readonly #turn = (): void => {
    const next = this.#waiting.splice(0, A_TURN);
    this.#left = A_TURN - next.length;
    this.#isTurning = next.length > 0;
    if (this.#isTurning) setImmediate(this.#turn);
    for (const resolve of next) resolve();
  };
}
