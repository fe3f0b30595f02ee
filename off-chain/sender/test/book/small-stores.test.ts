import { expect } from "chai";

import { Book } from "../../src/book/book.ts";
import { memoryStore } from "../../src/book/memory-store.ts";
import { reserve } from "../../src/book/moves.ts";
import { webStore } from "../../src/book/web-store.ts";
import { makeRecord } from "../support/record.ts";

function fakeStorage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

describe("book: stores in memory and in the browser", () => {
  for (const [name, make] of [
    ["memory", () => memoryStore()],
    ["browser storage", () => webStore(fakeStorage())],
  ] as const) {
    it(`${name}: reserves each balance once, however many ask at a time`, async () => {
      const book = new Book(make());
      const record = await book.add(makeRecord());
      const one = () => book.change(record, (each) => (reserve(each, 2n), each.balance));
      const all = await Promise.all(Array.from({ length: 50 }, one));
      expect(new Set(all).size).to.equal(50);
      expect((await book.find(record))?.balance).to.equal(100n);
      expect((await book.channels()).length).to.equal(1);
    });

    it(`${name}: hands out copies, so that nothing changes but by an update`, async () => {
      const book = new Book(make());
      const record = await book.add(makeRecord());
      (await book.find(record))!.balance = 99n;
      expect((await book.find(record))!.balance).to.equal(0n);
    });

    it(`${name}: a failed update changes nothing and blocks nobody`, async () => {
      const store = make();
      const failed = await store
        .update(() => Promise.reject(new Error()))
        .then(
          () => false,
          () => true,
        );
      expect(failed).to.equal(true);
      expect(await store.exclusive("x", async () => 1)).to.equal(1);
      expect((await store.read()).channels.size).to.equal(0);
    });
  }

  it("browser storage: keeps the book under its key, and lets tabs take turns by the lock", async () => {
    const storage = fakeStorage();
    const names: string[] = [];
    const locks = {
      request<T>(name: string, callback: () => Promise<T>): Promise<T> {
        names.push(name);
        return callback();
      },
    };
    const record = await new Book(webStore(storage, locks, "mine")).add(makeRecord());
    expect([...storage.items.keys()]).to.deep.equal(["mine"]);
    expect(names).to.deep.equal(["mine:book"]);
    expect(await new Book(webStore(storage, locks, "mine")).find(record)).to.deep.equal(record);
  });
});
