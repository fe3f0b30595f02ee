import type { Head } from "../../store/chain.ts";
import type { Block } from "./node-view.ts";

/** Remembers the newest block and since when it has been the newest. */
export class HeadClock {
  readonly #now: () => number;
  #head: Head | undefined;
  #block: Block | undefined;

  /** @param now Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get head(): Head | undefined {
    return this.#head;
  }

  get block(): Block | undefined {
    return this.#block;
  }

  /** Takes over what another node saw, or this one before a restart: a chain that stands still must not look alive. */
  adopt(head: Head): void {
    this.#head = head;
  }

  /** Notes a block that was read just now. @param confirmed highest block whose deposits count. */
  see(block: Block, confirmed: number): Head {
    const now = this.#now();
    const before = this.#head;
    const moved = before === undefined || before.hash !== block.hash || before.number !== block.number;
    const { number, hash, timestamp } = block;
    this.#block = block;
    return (this.#head = { number, hash, timestamp, confirmed, movedAt: moved ? now : before.movedAt, readAt: now });
  }

  /**
   * What the chain's clock shows by now, Unix seconds: the head's time plus what passed since, and not behind our own
   * clock. Early rather than late: it decides whether a deadline is near.
   */
  time(): number {
    const now = this.#now();
    const wall = Math.floor(now / 1000);
    if (this.#block === undefined || this.#head === undefined) return wall;
    return Math.max(wall, this.#block.timestamp + Math.floor((now - this.#head.movedAt) / 1000));
  }
}
