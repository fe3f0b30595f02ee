/**
 * How many requests may be under way on one channel: the first of a session alone, so that the books of both sides
 * agree before anything depends on them; then up to `max`.
 */
export class Gate {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #established = false;
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Waits for its turn. @throws whatever `signal` was aborted with. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (!this.#isOpen()) await this.#turn(signal);
    this.#inside++;
  }

  /** @param served whether the request was answered: from then on others may go in parallel. */
  leave(served: boolean): void {
    this.#inside--;
    if (served) this.#established = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits until nobody is inside. */
  async idle(): Promise<void> {
    while (this.#inside > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #isOpen(): boolean {
    return this.#inside < (this.#established ? this.#max : 1);
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal.reason as Error);
      };
      const wake = () => {
        signal.removeEventListener("abort", abort);
        resolve();
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#waiting.push(wake);
    });
  }
}
