import { expect } from "chai";
import { forgetWallet, rememberedWallet, rememberWallet, sessionKey } from "../src/session.ts";

/** A browser's storage, and its database. */
function browser() {
  const items = new Map<string, string>();
  const kept = new Map<string, unknown>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  const database = {
    change<T>(key: string, change: (value: unknown) => readonly [unknown, T]): Promise<T> {
      const [value, result] = change(kept.get(key));
      kept.set(key, value);
      return Promise.resolve(result);
    },
  };
  return { items, storage, kept, database };
}

describe("what the web page keeps", () => {
  it("is one session key for all tabs, made once", async () => {
    const { database } = browser();
    const keys = await Promise.all([sessionKey(database), sessionKey(database), sessionKey(database)]);
    expect(new Set(keys).size).to.equal(1);
    expect(keys[0]).to.match(/^0x[0-9a-f]{64}$/);
    const other = browser();
    expect(await sessionKey(other.database)).to.not.equal(keys[0]);
  });

  it("is a new key where what is kept is none", async () => {
    const { database, kept } = browser();
    kept.set("session-key", "0x12");
    expect(await sessionKey(database)).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("is the wallet that was chosen, until it is forgotten; the key stays", async () => {
    const { storage, database } = browser();
    const key = await sessionKey(database);
    const wallet = { id: "org.example", account: `0x${"ab".repeat(20)}` as const };
    expect(rememberedWallet(storage)).to.equal(undefined);
    rememberWallet(storage, wallet);
    expect(rememberedWallet(storage)).to.deep.equal(wallet);
    forgetWallet(storage);
    expect(rememberedWallet(storage)).to.equal(undefined);
    expect(await sessionKey(database)).to.equal(key);
  });

  it("is nothing that somebody else wrote there", () => {
    const { storage, items } = browser();
    for (const text of [
      "",
      "null",
      "{}",
      "[]",
      `{"id":"a","account":"0x1"}`,
      `{"id":1,"account":"0x${"ab".repeat(20)}"}`,
    ]) {
      items.set("rmps.wallet", text);
      expect(rememberedWallet(storage), text).to.equal(undefined);
    }
  });
});
