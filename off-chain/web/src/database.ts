import type { BookState, Store } from "@rmps/sender";

/** Name of the database, of its only table, and of the channel on which tabs tell each other of changes. */
const NAME = "rmps";

/**
 * What the page keeps in the browser, in IndexedDB: there a change is one transaction for all tabs. `localStorage` is
 * not the same in two tabs at the same moment, not even for who holds a lock.
 */
export class Database {
  readonly #database: IDBDatabase;
  readonly #tabs = new BroadcastChannel(NAME);

  private constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close(); // its owner clears the browser's data
  }

  static async open(factory: IDBFactory = indexedDB): Promise<Database> {
    const request = factory.open(NAME, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(NAME);
    return new Database(await settled(request));
  }

  /** Told when another tab changed something. */
  onChange(listener: () => void): void {
    this.#tabs.onmessage = listener;
  }

  async read(key: string): Promise<unknown> {
    return settled(this.#database.transaction(NAME).objectStore(NAME).get(key) as IDBRequest<unknown>);
  }

  /** One read-modify-write; what `change` throws undoes it. Durable when the promise resolves. */
  change<T>(key: string, change: (value: unknown) => readonly [value: unknown, result: T]): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(NAME, "readwrite", { durability: "strict" });
      const table = transaction.objectStore(NAME);
      const reading = table.get(key) as IDBRequest<unknown>;
      let result: T;
      reading.onsuccess = () => {
        try {
          const [value, made] = change(reading.result);
          result = made;
          table.put(value, key);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          transaction.abort();
        }
      };
      transaction.oncomplete = () => {
        this.#tabs.postMessage(key);
        resolve(result);
      };
      transaction.onabort = () => reject(transaction.error ?? new Error("the browser did not keep it"));
    });
  }
}

/** A sender's book in the database; Web Locks make work of one name exclusive among the tabs. */
export function bookIn(database: Database): Store {
  const stateOf = (value: unknown) => (value as BookState | undefined) ?? { channels: new Map() };
  return {
    read: async () => stateOf(await database.read("book")),
    update: (change) =>
      database.change("book", (value) => {
        const state = stateOf(value);
        const result = change(state);
        return [state, result] as const;
      }),
    exclusive: (name, work) => navigator.locks.request(`${NAME}:${name}`, work),
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps no data"));
  });
}
