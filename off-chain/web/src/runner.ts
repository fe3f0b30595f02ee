import { explain } from "./explain.ts";
import type { View } from "./view.ts";

/** Does one thing after the other; what fails is explained, and can be tried again. */
export class Runner {
  readonly #view: View;
  readonly #after: () => Promise<void>;
  #last: Promise<void> = Promise.resolve();

  /** @param after what is done after each, also after a failure. */
  constructor(view: View, after: () => Promise<void>) {
    this.#view = view;
    this.#after = after;
  }

  /** @param doing what is said meanwhile. */
  run(doing: string, work: () => Promise<void>): void {
    this.#last = this.#last.then(async () => {
      this.#view.error(undefined);
      this.#view.busy(doing);
      try {
        await work();
        this.#view.busy(undefined);
      } catch (error) {
        this.#view.busy(undefined);
        this.#view.error(explain(error), () => this.run(doing, work));
      }
      await this.#after().catch(() => undefined); // what is shown of the channel may be a little old
    });
  }
}
