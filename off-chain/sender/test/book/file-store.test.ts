import { expect } from "chai";
import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { Book } from "../../src/book/book.ts";
import { defaultStatePath, fileStore, patientStore } from "../../src/book/file-store.ts";
import { reserve } from "../../src/book/moves.ts";
import type { SentTransaction } from "../../src/book/sent.ts";
import { SenderError } from "../../src/errors.ts";
import { makeRecord } from "../support/record.ts";

/** What is left in the folder: the book, and the file with which it is locked. */
const LEFT = ["book.json", "book.json.locks", "book.json.locks/book"];

const CHILD = join(import.meta.dirname, "../support/book-child.ts");

/** Runs a process that reserves balances; `killAfter` lines it is killed. @returns the lines it printed. */
function reserveElsewhere(path: string, count: number, killAfter = Infinity): Promise<bigint[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import=tsx", CHILD, path, String(count)], { stdio: "pipe" });
    let text = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.split("\n").length > killAfter) child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code !== 0 && signal === null) reject(new Error(errors));
      else resolve(text.split("\n").slice(0, -1).map(BigInt));
    });
  });
}

async function failure(work: Promise<unknown>): Promise<SenderError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(SenderError);
  return error as SenderError;
}

describe("book: the file store", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rmps-book-"));
    path = join(folder, "deep/book.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is where the environment says", () => {
    expect(defaultStatePath({ RMPS_STATE: "/x" })).to.equal("/x/book.json");
    expect(defaultStatePath({ RMPS_STATE: "/x/mine.json" })).to.equal("/x/mine.json");
    expect(defaultStatePath({ XDG_STATE_HOME: "/state" })).to.equal("/state/rmps/book.json");
    expect(defaultStatePath({})).to.equal(join(homedir(), ".local/state/rmps/book.json"));
  });

  it("keeps everything, in a file that nobody else can read", async () => {
    const record = { ...makeRecord(), origin: "https://shop.example", refused: [7n], unknown: 3n, doubtful: 2n };
    record.outstanding.push({ balance: 9n, price: 4n }, { balance: 12n, price: 2n, fee: 1n });
    const times = { since: 70n, until: 90n };
    record.authorized = [{ data: "0xabcd", amount: 8n, fee: 1n, held: 0n, ...times, made: true }];
    record.ending = { amount: 5n, deadline: 6n, signature: "0xab", closesAt: 8n };
    await new Book(fileStore(path)).add(record);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect((await stat(join(folder, "deep"))).mode & 0o777).to.equal(0o700);
    expect(await new Book(fileStore(path)).find(record)).to.deep.equal({ ...record, gatewayPath: undefined });
    await chmod(path, 0o644);
    await new Book(fileStore(path)).change(record, (current) => (current.unknown = 4n));
    expect((await stat(path)).mode & 0o777, "tightened with the next change").to.equal(0o600);
  });

  it("reads what was written before there were fees", async () => {
    const record = makeRecord();
    await new Book(fileStore(path)).add(record);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/^ *"fee": "0",\n/m, ""));
    expect(await readFile(path, "utf8")).to.not.match(/fee/);
    const read = await new Book(fileStore(path)).find(record);
    expect([read?.fee, read?.authorized]).to.deep.equal([0n, undefined]);
  });

  it("keeps what is under way, and reads what was written when there was one transaction at most", async () => {
    const account = { chainId: 1n, address: `0x${"aa".repeat(20)}` } as const;
    const first = sentWith(7, "11");
    const second = { ...sentWith(8, "22"), settles: `0x${"33".repeat(32)}` } as const;
    const book = new Book(fileStore(path));
    await book.noteSent(account, second);
    await book.noteSent(account, first);
    expect(await new Book(fileStore(path)).sent(account)).to.deep.equal([first, second]);
    const dearer = { ...first, hashes: [...first.hashes, `0x${"44".repeat(32)}`] } as const;
    await book.noteSent(account, dearer);
    await book.forgetSent(account, second);
    const written = JSON.parse(await readFile(path, "utf8"));
    expect(written.sent["1:" + account.address]).to.have.length(1);
    const [only] = written.sent["1:" + account.address];
    await writeFile(path, JSON.stringify({ ...written, sent: { ["1:" + account.address]: only } }));
    expect(await new Book(fileStore(path)).sent(account)).to.deep.equal([dearer]);
    await book.forgetSent(account, { ...dearer, hashes: second.hashes });
    expect(await book.sent(account), "another one that got the same nonce stays").to.deep.equal([dearer]);
    await book.forgetSent(account, first);
    expect(await readFile(path, "utf8")).to.not.contain("sent");
  });

  it("keeps what a wallet is guessed to have sent, until it is known: under whatever nonce, it is one transaction", async () => {
    const account = { chainId: 1n, address: `0x${"aa".repeat(20)}` } as const;
    const guess = { ...sentWith(7, "11"), isGuess: true } as const;
    await new Book(fileStore(path)).noteSent(account, guess);
    expect(await new Book(fileStore(path)).sent(account)).to.deep.equal([guess]);
    await new Book(fileStore(path)).noteSent(account, sentWith(9, "11"));
    expect(await new Book(fileStore(path)).sent(account)).to.deep.equal([sentWith(9, "11")]);
  });

  function sentWith(nonce: number, hash: string): SentTransaction {
    const fees = { maxFeePerGas: 3n, maxPriorityFeePerGas: undefined };
    const call = { to: `0x${"bb".repeat(20)}`, data: "0x", gasLimit: 21_000n } as const;
    return { doing: "depositing", deposits: undefined, ...call, nonce, ...fees, hashes: [`0x${hash.repeat(32)}`] };
  }

  it("is durable when an update resolves, and leaves nothing else behind", async () => {
    const store = fileStore(path);
    const book = new Book(store);
    const record = await book.add(makeRecord());
    const balances = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const reservation = await book.change(record, (current) => reserve(current, 1n));
        const written = JSON.parse(await readFile(path, "utf8")).channels[0];
        if (reservation.kind !== "reserved") throw new Error(reservation.kind);
        expect(BigInt(written.balance) >= reservation.balance).to.equal(true);
        return reservation.balance;
      }),
    );
    expect(new Set(balances).size).to.equal(100);
    expect(await readdir(join(folder, "deep"), { recursive: true }), "one empty file").to.deep.equal(LEFT);
  });

  it("says that another process works with it, where that takes longer than it waits", async () => {
    const once = { retries: 1, factor: 1, minTimeout: 1, maxTimeout: 1 };
    const impatient = patientStore(path, { short: once, long: once });
    const errors = await fileStore(path).exclusive("opening", () => {
      const work = impatient.exclusive("opening", () => Promise.resolve());
      return work.catch((error: unknown) => error);
    });
    expect(errors).to.be.instanceOf(SenderError).and.to.include({ code: "state" });
    expect((errors as SenderError).message).to.match(/another process works with/);
    expect((errors as SenderError).remedy).to.match(/^Wait/);
  });

  it("waits for no lock that cannot be made", async () => {
    // The name of the lock beside it is longer than file systems take; a full disk and a foreign folder fail alike.
    const store = fileStore(join(folder, `${"b".repeat(246)}.json`));
    for (const work of [() => store.exclusive("opening", () => Promise.resolve()), () => store.update(() => 1)]) {
      const error = await failure(work());
      expect(error.code).to.equal("state");
      expect(error.message).to.match(/cannot be used: ENAMETOOLONG/);
      expect(error.remedy).to.match(/^Make the file and its folder/);
    }
  });

  it("rejects only the update that throws", async () => {
    const store = fileStore(path);
    const results = await Promise.allSettled([
      store.update(() => 1),
      store.update(() => {
        throw new RangeError("no");
      }),
      store.update(() => 3),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
  });

  it("can be shared by processes: no balance is given twice", async () => {
    const book = new Book(fileStore(path));
    const record = await book.add(makeRecord());
    const lists = await Promise.all([reserveElsewhere(path, 40), reserveElsewhere(path, 40)]);
    const all = lists.flat();
    expect(all).to.have.length(80);
    expect(new Set(all).size).to.equal(80);
    expect((await book.find(record))?.balance).to.equal(80n);
  });

  it("survives a process that is killed at any moment: what was printed is in the file", async () => {
    const book = new Book(fileStore(path));
    const record = await book.add(makeRecord());
    let highest = 0n;
    for (const killAfter of [1, 6, 11]) {
      for (const balance of await reserveElsewhere(path, 4000, killAfter)) if (balance > highest) highest = balance;
      const now = await book.change(record, (current) => structuredClone(current)); // waits for the dead one's lock
      expect(now.balance >= highest).to.equal(true);
      expect(now.outstanding.length, "and counts as spent").to.equal(Number(now.balance));
    }
  });

  it("refuses a file that it cannot read, and does not touch it", async () => {
    const good = JSON.stringify({ version: 1, channels: [] });
    for (const text of ["{", "[]", good.replace("1", "2"), '{"version":1,"channels":[{"id":"0x"}]}']) {
      await mkdir(join(folder, "deep"), { recursive: true });
      await writeFile(path, text);
      const store = fileStore(path);
      expect((await failure(store.read())).code).to.equal("state");
      expect((await failure(store.update(() => undefined))).remedy).to.match(/backup|move/i);
      expect(await readFile(path, "utf8")).to.equal(text);
    }
  });

  it("says so where it cannot be written", async () => {
    await writeFile(join(folder, "deep"), "a file where the folder should be");
    expect((await failure(fileStore(path).update(() => undefined))).code).to.equal("state");
  });

  it("runs work of the same name one after the other, also among stores of one file", async () => {
    const [one, other] = [fileStore(path), fileStore(path)];
    let inside = 0;
    const work = async () => {
      expect(++inside).to.equal(1);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([one, other, one, other].map((store) => store.exclusive("open", work)));
    expect(
      (await failure(one.exclusive("open", () => Promise.reject(new SenderError("chain", "x", "y"))))).code,
    ).to.equal("chain");
    await one.exclusive("open", work);
  });
});
