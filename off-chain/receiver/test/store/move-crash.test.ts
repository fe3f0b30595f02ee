import { expect } from "chai";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreRefused } from "../../src/store/error.ts";
import { moveStore } from "../../src/store/move/move.ts";
import { openStore } from "../../src/store/open.ts";
import { binding, charge, openChannel, type TestChannel } from "../support/channels.ts";
import { runCommand, type Run } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { ask, empty } from "./moved.ts";
import { startPostgres } from "./postgres.ts";

describe("A move of a store that is killed", () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let directory: string;
  let file: string;
  let channel: TestChannel;
  let wire: Server;
  let through: string;
  let run: Run | undefined;
  /** What it says to the database when it is killed, and whether the database still hears that. */
  let end: { readonly word: string; readonly heard: boolean } | undefined;

  before(async () => {
    postgres = await startPostgres();
    const { port } = new URL(postgres.url);
    wire = createServer((client) => {
      const database = connect(Number(port), "127.0.0.1");
      for (const socket of [client, database]) socket.on("error", () => undefined);
      database.pipe(client);
      let killed = false;
      client.on("data", (data) => {
        if (end === undefined || !data.includes(end.word)) return void database.write(data);
        const { heard } = end;
        end = undefined;
        killed = true;
        run!.child.kill("SIGKILL");
        void run!.ended.then(() => (heard ? database.end(data) : database.destroy()));
      });
      client.on("end", () => (killed ? undefined : database.end()));
    }).listen(0, "127.0.0.1");
    await once(wire, "listening");
    through = Object.assign(new URL(postgres.url), { port: String((wire.address() as AddressInfo).port) }).href;
  });
  after(async () => {
    wire.close();
    await postgres.stop();
  });

  beforeEach(async () => {
    await empty(postgres.url);
    directory = mkdtempSync(join(tmpdir(), "rmps-move-"));
    file = join(directory, "store.sqlite");
    const store = await openStore(file, { binding, firstBlock: 1 });
    channel = await openChannel(store, 100n);
    await charge(store, channel, 20n, 12n);
    await store.close();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function move(killed?: typeof end): Promise<string> {
    end = killed;
    run = runCommand(["move-store", "--from", file, "--to", through]);
    const { code, signal } = await run.ended;
    if (killed === undefined) expect(code, run.errors()).to.equal(0);
    else expect(signal).to.equal("SIGKILL");
    return run.errors();
  }

  const arrived = async () => {
    const sql = "SELECT FROM pg_tables WHERE schemaname = 'rmps' AND tablename = 'channels'";
    return (await ask(postgres.url, sql)).length > 0;
  };

  /** What is spent in a store, or why it is refused. */
  async function stateOf(where: string): Promise<bigint | string> {
    try {
      const store = await openStore(where, { binding, firstBlock: 1 });
      const { spent } = await store.totals();
      await store.close();
      return spent;
    } catch (error) {
      if (error instanceof StoreRefused) return error.problem;
      throw error;
    }
  }

  it("while it copies has changed nothing", async () => {
    await move({ word: "INSERT INTO rmps.events", heard: true });
    expect(await stateOf(file)).to.equal(12n);
    expect(await arrived()).to.equal(false);
    expect(await move()).to.contain("moved 1 channels");
    expect([await stateOf(file), await stateOf(postgres.url)]).to.deep.equal(["moved", 12n]);
  });

  it("before the database hears of the commit leaves none that can be used, until it is run again", async () => {
    await move({ word: "COMMIT", heard: false });
    expect(await stateOf(file)).to.equal("moved");
    expect(await arrived()).to.equal(false);
    const elsewhere: unknown = await moveStore(file, postgres.url).catch((error: unknown) => error);
    expect(elsewhere, "where it might go a second time").to.include({ problem: "moved" });
    expect(await move()).to.match(/moved 1 channels.*interrupted.*--recover/s);
    expect([await stateOf(file), await stateOf(postgres.url)]).to.deep.equal(["moved", 12n]);
  });

  it("once the database has heard of it has moved the store, though nobody was told", async () => {
    await move({ word: "COMMIT", heard: true });
    expect(await stateOf(file)).to.equal("moved");
    await eventually(arrived);
    const store = await openStore(postgres.url, { binding, firstBlock: 1 });
    expect(await charge(store, channel, 21n, 9n)).to.include({ kind: "charged", spent: 21n });
    await store.close();
    expect(await move(), "run again").to.contain("moved already");
    expect([await stateOf(file), await stateOf(postgres.url)]).to.deep.equal(["moved", 21n]);
  });
});
