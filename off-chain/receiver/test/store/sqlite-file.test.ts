import Database from "better-sqlite3";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreRefused, StoreUnavailable } from "../../src/store/error.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, openChannel } from "../support/channels.ts";

describe("The file of a SQLite store", () => {
  let directory: string;
  let path: string;
  let open: Store[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "rmps-file-"));
    path = join(directory, "deeper", "store.sqlite");
    open = [];
  });
  afterEach(async () => {
    for (const store of open) await store.close();
    rmSync(directory, { recursive: true });
  });

  async function openHere(recover = false, firstBlock = 1): Promise<Store> {
    const store = await openStore(path, { binding, firstBlock, recover });
    open.push(store);
    return store;
  }

  async function refusal(): Promise<StoreRefused> {
    const error: unknown = await openHere().catch((thrown: unknown) => thrown);
    if (!(error instanceof StoreRefused)) throw new Error(`not refused: ${String(error)}`);
    return error;
  }

  it("is its owner's alone, also where it was not before", async () => {
    await (await openHere()).close();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    chmodSync(path, 0o644);
    const store = await openHere();
    await openChannel(store, 100n);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    if (existsSync(`${path}-wal`)) expect(statSync(`${path}-wal`).mode & 0o777).to.equal(0o600);
  });

  it("says that it is ill while the disk has no room, though it can be read, and is well when there is", async function () {
    if (process.platform !== "linux") this.skip(); // There is no prlimit elsewhere.
    const store = await openHere();
    const { id } = await openChannel(store, 100n);
    let balance = 0n;
    const charge = () => store.charge({ channelId: id, balance: ++balance, signature: "0x00", price: 1n });
    // No file of this process may grow beyond: SQLite is told what a full disk tells it.
    const room = (bytes: string) => spawnSync("prlimit", [`--fsize=${bytes}:`, "--pid", String(process.pid)]).status;
    expect(await store.healthy()).to.equal(true);
    expect(room("4096")).to.equal(0);
    try {
      expect(await charge().catch((error: unknown) => error)).to.be.instanceOf(StoreUnavailable);
      expect(await store.healthy()).to.equal(false);
    } finally {
      room("unlimited");
    }
    expect(await store.healthy()).to.equal(true);
    expect(await charge()).to.include({ kind: "charged" });
  });

  it("is open in one process at a time, and says so", async () => {
    await openHere();
    const error = await refusal();
    expect(error.problem).to.equal("locked");
    expect(error.message).to.contain("another process").and.to.contain(path);
    const code = `import D from "better-sqlite3"; new D(${JSON.stringify(path)}, { timeout: 0 }).prepare("SELECT * FROM meta").all()`;
    const other = spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname });
    expect(other.status, "nor can another program read it meanwhile").to.not.equal(0);
    expect(other.stderr.toString()).to.contain("SQLITE_BUSY");
  });

  it("is refused where it is something else, or of a newer version", async () => {
    await (await openHere()).close();
    writeFileSync(join(directory, "text"), "not a database, by far ".repeat(100));
    const kept = path;
    path = join(directory, "text");
    expect((await refusal()).problem).to.equal("unreadable");
    path = join(directory, "other.sqlite");
    new Database(path).exec("CREATE TABLE a (b)").close();
    expect((await refusal()).message).to.contain("something else");
    path = kept;
    const db = new Database(path);
    db.pragma("user_version = 99");
    db.close();
    expect((await refusal()).problem).to.equal("newer");
    path = directory;
    expect((await refusal()).problem).to.equal("unreadable");
  });

  it("is left as it was where it is no store", async () => {
    const text = join(directory, "text");
    writeFileSync(text, "not a database, by far ".repeat(100));
    const other = join(directory, "other.sqlite");
    new Database(other).exec("CREATE TABLE a (b)").close();
    const contents = () => [text, other].map((file) => readFileSync(file, "hex"));
    const before = contents();
    for (const there of [text, other, directory]) {
      chmodSync(there, 0o755);
      path = there;
      expect((await refusal()).problem).to.equal("unreadable");
      expect(statSync(there).mode & 0o777, there).to.equal(0o755);
    }
    expect(contents()).to.deep.equal(before);
  });

  it("as a restored copy sells nothing twice and signs no end, until the channel has paid", async () => {
    const store = await openHere();
    const channel = await openChannel(store, 1000n);
    const pay = (to: Store, balance: bigint, price: bigint) =>
      to.charge({ channelId: channel.id, balance, signature: channel.proof(balance), price });
    await pay(store, 10n, 10n);
    await store.close();
    copyFileSync(path, `${path}.backup`);
    const later = await openHere();
    await pay(later, 500n, 490n);
    await later.close();

    copyFileSync(`${path}.backup`, path);
    const restored = await openHere(true, 1000);
    const agreement = { amount: 10n, deadline: 1n, signature: `0x${"5a".repeat(65)}` } as const;
    expect(await restored.end({ channelId: channel.id, agreement })).to.deep.equal({ kind: "unknown" });
    expect(await pay(restored, 10n, 5n), "known before the copy").to.include({ kind: "refused" });
    // A proof for more than the copy knows of pays for its own request, and all that went before.
    expect(await pay(restored, 510n, 10n)).to.include({ kind: "charged", spent: 510n });
    expect(await restored.end({ channelId: channel.id, agreement })).to.deep.equal({ kind: "below", spent: 510n });
  });

  it("serves nothing when it cannot be written, and reads its channels again after that", async () => {
    const store = await openHere();
    const channel = await openChannel(store, 1000n);
    const pay = (balance: bigint) =>
      store.charge({ channelId: channel.id, balance, signature: channel.proof(balance), price: 5n });
    await pay(5n);
    // A signature that the table does not take stands for any write that fails in the middle of a batch.
    const broken = { channelId: channel.id, balance: 400n, signature: {} as `0x${string}`, price: 5n };
    const outcomes = await Promise.allSettled([pay(10n), store.charge(broken), pay(15n)]);
    for (const outcome of outcomes) {
      expect(outcome.status).to.equal("rejected");
      expect((outcome as PromiseRejectedResult).reason).to.be.instanceOf(StoreUnavailable);
    }
    expect(await store.channel(channel.id)).to.include({ accepted: 5n, spent: 5n, inFlight: 5n });
    expect(await pay(10n), "the same balance again").to.include({ kind: "charged", spent: 10n });
  });
});
