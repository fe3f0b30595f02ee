import { decodeBook, encodeBook } from "./codec.ts";
import { Mutex } from "./mutex.ts";
import type { BookState } from "./record.ts";
import type { Store } from "./store.ts";

/** A book that ends with the process. Channels are found again from the chain's logs, credit by asking the receiver. */
export function memoryStore(): Store {
  const mutex = new Mutex();
  let text = encodeBook({ channels: new Map() });

  return {
    read: () => Promise.resolve(decodeBook(text)),
    update<T>(change: (state: BookState) => T): Promise<T> {
      return Promise.resolve().then(() => {
        const state = decodeBook(text);
        const value = change(state);
        text = encodeBook(state);
        return value;
      });
    },
    exclusive: (name, work) => mutex.run(name, work),
  };
}
