import type { Channels } from "../channel/channels.ts";

/** Longest time for which a timer can be set, in milliseconds: some 24 days. */
const LONGEST = 2 ** 31 - 1;

/** Milliseconds before another attempt where the chain's clock is behind ours, or it could not be reached. */
const AGAIN = 30_000;

/** Finalizes channels when their challenge period is over, as long as the process lives; holds up its end by nothing. */
export class Finisher {
  readonly #channels: Channels;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Looks at what is closing, and wakes when the next of it is due. */
  async watch(earliest = 0): Promise<void> {
    clearTimeout(this.#timer);
    const closing = (await this.#channels.list()).filter(({ status }) => status === "closing");
    const due = closing.flatMap(({ ending }) =>
      ending?.closesAt === undefined ? [] : [Number(ending.closesAt) * 1000],
    );
    if (due.length === 0) return;
    const wait = Math.min(LONGEST, Math.max(earliest, Math.min(...due) - Date.now()));
    this.#timer = setTimeout(() => void this.#finish(), wait);
    if (typeof this.#timer === "object") this.#timer.unref(); // in Node; browsers have numbers
  }

  async #finish(): Promise<void> {
    try {
      await this.#channels.finishAll(true);
      await this.watch(AGAIN);
    } catch {
      // Nothing is lost: nobody else can have what is left in these channels. It is tried again.
      await this.watch(AGAIN).catch(() => undefined);
    }
  }
}
