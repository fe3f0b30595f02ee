import type { BookState } from "./record.ts";

/** Where a book is kept. Whoever shares the store shares the channels. */
export interface Store {
  /** The state as it is now. */
  read(): Promise<BookState>;

  /**
   * One atomic read-modify-write. `change` may be called in a batch with others; what it throws rejects its own promise
   * alone, so that it must throw before it changes anything.
   * @returns what `change` returned, once the new state is durable.
   * @throws SenderError `state` where the state cannot be read or written.
   */
  update<T>(change: (state: BookState) => T): Promise<T>;

  /** Runs `work` while nobody else who shares the store runs work of the same name. */
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
}
