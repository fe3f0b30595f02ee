import { expect } from "chai";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { Client } from "pg";
import { StoreUnavailable } from "../../src/store/error.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, openChannel, type TestChannel } from "../support/channels.ts";
import { startPostgres } from "./postgres.ts";
import { eventually } from "../support/eventually.ts";

/** A wire to the database that can be cut: at once, or when the database's next answer comes. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  cutOnAnswer = false;
  down = false;

  constructor(port: number) {
    this.#server = createServer((client) => {
      if (this.down) return void client.destroy();
      const database = connect(port, "127.0.0.1");
      for (const socket of [client, database]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined).on("close", () => this.cut(client, database));
      }
      client.on("data", (data) => database.write(data));
      database.on("data", (data) => {
        if (!this.cutOnAnswer) return void client.write(data);
        this.cutOnAnswer = false;
        this.cut(client, database);
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  cut(...sockets: readonly Socket[]): void {
    for (const socket of sockets) {
      socket.destroy();
      this.#sockets.delete(socket);
    }
  }

  cutAll(): void {
    this.cut(...this.#sockets);
  }

  close(): void {
    this.cutAll();
    this.#server.close();
  }
}

describe("A store on PostgreSQL whose connection breaks", () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let wire: Wire;
  let store: Store;
  let channel: TestChannel;

  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres.stop());

  beforeEach(async () => {
    await (await postgres.place()).remove();
    const url = new URL(postgres.url);
    wire = new Wire(Number(url.port));
    url.port = String(await wire.listen());
    store = await openStore(url.href, { binding, firstBlock: 1 });
    channel = await openChannel(store, 1000n);
  });
  afterEach(async () => {
    wire.down = false;
    await store.close();
    wire.close();
  });

  const pay = (balance: bigint) =>
    store.charge({ channelId: channel.id, balance, signature: channel.proof(balance), price: 5n });

  it("charges once though the answer to the commit was lost", async () => {
    await pay(5n);
    wire.cutOnAnswer = true;
    expect(await pay(10n), "asked again, it was charged").to.include({ kind: "charged", spent: 10n });
    expect(await pay(10n)).to.include({ kind: "refused" });
    expect(await store.channel(channel.id)).to.include({ spent: 10n, inFlight: 10n });
  });

  it("serves nothing while it is down, and goes on when it is back", async () => {
    await pay(5n);
    wire.down = true;
    wire.cutAll();
    const failure: unknown = await pay(10n).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(await store.healthy()).to.equal(false);
    wire.down = false;
    await eventually(() => store.healthy());
    expect(await pay(10n)).to.include({ kind: "charged", spent: 10n });
  });

  for (const [when, spentThen, act] of [
    ["with the next payment", "10", () => pay(15n)],
    ["though nobody pays any more", "5", () => store.lead()],
    ["when it stops", "5", () => store.close()],
  ] as const) {
    it(`takes back what was charged to a request that was told of a failure, ${when}`, async () => {
      await pay(5n);
      wire.cutOnAnswer = true;
      const failing = pay(10n);
      // The commit's answer is swallowed, and nothing can be asked after that.
      const cut = wire.cut.bind(wire);
      wire.cut = (...sockets) => {
        wire.down = true;
        cut(...sockets);
      };
      expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(StoreUnavailable);
      wire.cut = cut;
      const direct = new Client(postgres.url);
      await direct.connect();
      const sql = "SELECT spent FROM rmps.channels";
      const spent = async () => (await direct.query<{ spent: string }>(sql)).rows[0]!.spent;
      expect(await spent(), "it was charged").to.equal("10");
      wire.down = false;
      await act();
      expect(await spent()).to.equal(spentThen);
      await direct.end();
    });
  }

  it("gives up the lead with the connection that held it", async () => {
    expect(await store.lead()).to.equal(true);
    const other = await openStore(postgres.url, { binding, firstBlock: 1 });
    expect(await other.lead()).to.equal(false);
    wire.down = true;
    wire.cutAll();
    await eventually(() => other.lead());
    wire.down = false;
    expect(await store.lead()).to.equal(false);
    await other.close();
  });
});
