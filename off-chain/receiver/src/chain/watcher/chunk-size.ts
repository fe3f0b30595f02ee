import { isRangeTooLarge } from "../rpc/errors.ts";

/** The most blocks that are asked for at once, where the node takes so many. */
const MAX_BLOCKS = 10_000;

/** Blocks of the first chunk, before anything is known of how full they are. */
const FIRST = 64;

/** Events that a chunk should bring: the most that many providers give at once, and a few megabytes of memory. */
const EVENTS = 10_000;

/** The most by which a chunk grows, until a node has refused one, and thereafter. */
const GROWTH = 4;
const CAREFUL_GROWTH = 1.25;

/** Size of chunks in blocks, which follows what the node takes and how full the blocks are. */
export class ChunkSize {
  #blocks: number;
  #growth = GROWTH;
  readonly #most: number;

  constructor(most = MAX_BLOCKS) {
    this.#most = most;
    this.#blocks = Math.min(most, FIRST);
  }

  get blocks(): number {
    return this.#blocks;
  }

  /** Runs `read` with ever smaller sizes until the node takes it. @throws as `read`, also where one block is too much. */
  async fit<T extends { readonly events: readonly unknown[] }>(read: (blocks: number) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await read(this.#blocks);
        const factor = Math.min(this.#growth, EVENTS / Math.max(1, result.events.length));
        this.#blocks = Math.max(1, Math.min(this.#most, Math.ceil(this.#blocks * factor)));
        return result;
      } catch (error) {
        if (!isRangeTooLarge(error) || this.#blocks === 1) throw error;
        this.#growth = CAREFUL_GROWTH;
        this.#blocks = Math.max(1, Math.floor(this.#blocks / 2));
      }
    }
  }
}
