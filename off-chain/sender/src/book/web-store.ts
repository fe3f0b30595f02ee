import { decodeBook, encodeBook } from "./codec.ts";
import { Mutex } from "./mutex.ts";
import type { BookState } from "./record.ts";
import type { Store } from "./store.ts";

/** The part of Web Storage that is needed: `localStorage` in a browser. */
export interface WebStorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** The part of the Web Locks API that is needed: `navigator.locks` in a browser. */
export interface WebLocksLike {
  request<T>(name: string, callback: () => Promise<T>): Promise<T>;
}

/**
 * A book in one page of a browser. Give it `locks` where other tabs share the storage; but browsers may show two tabs an
 * older `localStorage` than they hold, even under a lock, so that for several tabs a store of your own in IndexedDB is
 * better: a change there is one transaction for all.
 * @param storage such as `localStorage`.
 * @param locks   such as `navigator.locks`; without it, only this page may use the storage.
 * @param key     the item in which the book is kept.
 */
export function webStore(storage: WebStorageLike, locks?: WebLocksLike, key = "rmps"): Store {
  const mutex = new Mutex();
  const exclusive = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    locks === undefined ? mutex.run(name, work) : locks.request(`${key}:${name}`, work);
  const read = () => decodeBook(storage.getItem(key) ?? "");

  return {
    read: () => Promise.resolve().then(read),
    update<T>(change: (state: BookState) => T): Promise<T> {
      return exclusive("book", () =>
        Promise.resolve().then(() => {
          const state = read();
          const value = change(state);
          storage.setItem(key, encodeBook(state));
          return value;
        }),
      );
    },
    exclusive: (name, work) => exclusive(`work:${name}`, work),
  };
}
