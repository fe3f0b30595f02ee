import { expect } from "chai";
import { StoreRefused } from "../../src/store/error.ts";
import { eventually, type TestChannel } from "../support/chain.ts";
import { runCommand } from "../support/command.ts";
import { startPostgres } from "../store/postgres.ts";
import { headersFor, PRICE, World } from "./world.ts";

describe("Attack: proofs that were used before the store was moved from SQLite to PostgreSQL", () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let world: World;
  before(async () => {
    postgres = await startPostgres();
    world = await World.open();
  });
  after(async () => {
    await world.stop();
    await postgres.stop();
  });

  const pay = async (channel: TestChannel, total: bigint) => (await world.pay(channel, total * PRICE)).status;

  function keyed(channel: TestChannel, total: bigint): Promise<Response> {
    const headers = { ...headersFor(channel, total * PRICE), "idempotency-key": "once" };
    return fetch(`${world.receiver.url}/cheap`, { headers });
  }

  it("buy nothing more; what was promised is there, and channels end as they would have", async () => {
    const { chain } = world;
    const [loyal, cheat, keen] = [await chain.open(2), await chain.open(3), await chain.open(4)];
    for (const total of [1n, 2n, 3n]) expect(await pay(loyal, total)).to.equal(200);
    expect(await pay(cheat, 2n), "one price is left over").to.equal(200);
    const answer = await keyed(keen, 1n);
    expect([answer.status, await answer.text()]).to.deep.equal([200, "content"]);

    const sqlite = world.store;
    const busy = runCommand(["move-store", "--from", sqlite, "--to", postgres.url]);
    expect((await busy.ended).code, "while it sells").to.equal(1);
    expect(busy.errors()).to.contain("in use by another process");

    await world.receiver.close();
    const move = runCommand(["move-store", "--from", sqlite, "--to", postgres.url]);
    expect((await move.ended).code, move.errors()).to.equal(0);
    expect(move.errors()).to.contain("moved 3 channels");
    const before = await chain.earned();
    await chain.requestClose(cheat, 0n); // Below what it has spent.

    const stale: unknown = await world.restart().catch((error: unknown) => error);
    expect(stale).to.be.instanceOf(StoreRefused);
    expect((stale as StoreRefused).problem).to.equal("moved");
    world.store = postgres.url;
    await world.restart();

    for (const total of [1n, 2n, 3n]) expect(await pay(loyal, total), `proof ${total} again`).to.equal(402);
    expect(await pay(loyal, 4n), "the next one").to.equal(200);
    expect(await world.spent(loyal)).to.equal(4n * PRICE);
    const repeated = await keyed(keen, 1n);
    expect([repeated.status, await repeated.text()], "the same request").to.deep.equal([200, "content"]);
    expect(await world.spent(keen), "is not charged again").to.equal(PRICE);

    await eventually(async () => (await chain.earned()) - before === PRICE); // The cheat's.
    expect((await world.askToClose(loyal, 3n * PRICE)).status, "below what was spent before and after").to.equal(409);
    const agreed = await world.askToClose(loyal, 4n * PRICE);
    expect(agreed.status).to.equal(200);
    const { amount, deadline, close_signature: agreement } = (await agreed.json()) as Record<string, string>;
    const sender = chain.contract.connect(chain.signer(2));
    await (await sender.close(loyal.terms, amount!, 0n, "0x", deadline!, agreement!)).wait();
    expect((await chain.earned()) - before).to.equal(5n * PRICE);
  });
});
