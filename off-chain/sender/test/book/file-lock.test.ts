import { expect } from "chai";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Book } from "../../src/book/book.ts";
import { fileStore, patientStore } from "../../src/book/file-store.ts";
import { SenderError } from "../../src/errors.ts";
import { until } from "../support/node.ts";
import { makeRecord } from "../support/record.ts";
import { rejection } from "../support/world.ts";

const CHILD = join(import.meta.dirname, "../support/lock-child.ts");
const ONCE = { retries: 1, factor: 1, minTimeout: 1, maxTimeout: 1 };

describe("book: the locks of a file store, and a process that is suspended", function () {
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere it is not seen when a process is stopped
  });

  let folder: string;
  let path: string;
  let child: ChildProcessWithoutNullStreams;
  let said: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rmps-lock-"));
    path = join(folder, "book.json");
    await new Book(fileStore(path)).add(makeRecord());
  });
  afterEach(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    await rm(folder, { recursive: true });
  });

  function start(what: "work" | "book"): void {
    child = spawn(process.execPath, ["--import=tsx", CHILD, path, what]);
    said = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  }

  const hears = (word: string) => until(() => (said.includes(word) ? true : undefined));

  /** Waits until the process is stopped, as the operating system shows it. */
  const stopped = () =>
    until(async () => {
      const state = await readFile(`/proc/${child.pid}/stat`, "utf8");
      return state.includes(") T ") || undefined;
    });

  /** Lets an hour pass for whoever tells by the time of a file that nobody holds its lock any more. */
  async function letAnHourPass(): Promise<void> {
    const before = new Date(Date.now() - 3_600_000);
    for (const name of await readdir(folder, { recursive: true })) await utimes(join(folder, name), before, before);
  }

  const impatient = () => patientStore(path, { short: ONCE, long: ONCE });

  it("keeps the lock of work, however long, and goes on with it", async () => {
    start("work");
    await hears("inside");
    child.kill("SIGSTOP");
    await stopped();
    await letAnHourPass();
    const error = await rejection(
      impatient().exclusive("opening", () => Promise.resolve()),
      SenderError,
    );
    expect(error.message).to.match(/another process works with/);
    expect(error.remedy).to.match(/suspended, let it go on, or end it/);
    await impatient().exclusive("another", () => Promise.resolve()); // and no other one
    await impatient().update((state) => ([...state.channels.values()][0]!.unknown = 3n)); // nor the book's

    const next = fileStore(path).exclusive("opening", () => Promise.resolve(said));
    child.kill("SIGCONT");
    child.stdin.write("go on\n");
    await next;
    await hears("done");
  });

  it("keeps the book from changes that its own would undo", async () => {
    start("book");
    await stopped();
    await letAnHourPass();
    const change = (store = fileStore(path)) =>
      new Book(store).change(makeRecord(), (record) => (record.balance += 10n));
    await rejection(change(impatient()), SenderError);
    const after = change();
    child.kill("SIGCONT");
    expect(await after).to.equal(11n);
    await hears("done");
  });

  it("frees what it held when it is ended", async () => {
    start("work");
    await hears("inside");
    child.kill("SIGSTOP");
    await stopped();
    child.kill("SIGKILL");
    await once(child, "close");
    await impatient().exclusive("opening", () => Promise.resolve());
    expect((await stat(join(folder, "book.json.locks"))).mode & 0o777).to.equal(0o700);
  });
});
