import Database from "better-sqlite3";
import { expect } from "chai";
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreUnavailable } from "../../src/store/error.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, keyOf, openChannel, type TestChannel } from "../support/channels.ts";

/** Channels that make the database more than what is copied in one go. */
const CHANNELS = 300;

describe("A copy of a SQLite store", () => {
  let directory: string;
  let store: Store;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "rmps-copy-"));
    store = await openStore(join(directory, "store.sqlite"), { binding, firstBlock: 1 });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const pay = ({ id: channelId, proof }: TestChannel, balance: bigint) =>
    store.charge({ channelId, balance, signature: proof(balance), price: 1n });

  it("has all that was answered before it was asked for, whole, while payments go on", async () => {
    const channels: TestChannel[] = [];
    for (let index = 0; index < CHANNELS; index++) {
      channels.push(await openChannel(store, 1000n, 10 + index, { salt: keyOf(1_000_000 + index) }));
    }
    await Promise.all(channels.map((channel) => pay(channel, 1n)));
    let copying = true;
    let balance = 1n;
    const copied = store.copy().finally(() => (copying = false));
    while (copying) {
      balance++;
      await Promise.all(channels.map((channel) => pay(channel, balance)));
    }
    expect(balance, "paid meanwhile").to.be.above(1n);
    const file = (await copied)!;
    expect((await file.stat()).mode & 0o777, "for its owner only").to.equal(0o600);
    const path = join(directory, "copy.sqlite");
    writeFileSync(path, await file.readFile());
    await file.close();
    expect(readdirSync(directory).filter((name) => name.includes("-copy-"))).to.deep.equal([]);

    const raw = new Database(path, { readonly: true });
    expect(raw.pragma("integrity_check", { simple: true })).to.equal("ok");
    raw.close();
    const copy = await openStore(path, { binding, firstBlock: 1, recover: true });
    const found = await copy.channels({ limit: 1000 });
    expect(found).to.have.length(CHANNELS);
    for (const { spent, accepted, proof } of found) {
      expect(spent >= 1n && spent <= balance).to.equal(true);
      expect([accepted, proof?.balance]).to.deep.equal([spent, spent]);
    }
    await copy.close();
  });

  it("fails where there is no place for it, and the store goes on", async () => {
    const channel = await openChannel(store, 1000n);
    await pay(channel, 1n);
    renameSync(directory, `${directory}-away`); // The store's files are open.
    try {
      const failure = await store.copy().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(StoreUnavailable);
      expect(await pay(channel, 2n)).to.include({ kind: "charged" });
    } finally {
      renameSync(`${directory}-away`, directory);
    }
  });
});
