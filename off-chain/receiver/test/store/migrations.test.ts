import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreRefused } from "../../src/store/error.ts";
import { openStore } from "../../src/store/open.ts";
import { openDatabase as openPostgres } from "../../src/store/postgres/open.ts";
import { MIGRATIONS as POSTGRES } from "../../src/store/postgres/schema.ts";
import { openDatabase as openSqlite } from "../../src/store/sqlite/open.ts";
import { MIGRATIONS as SQLITE } from "../../src/store/sqlite/schema.ts";
import type { Store } from "../../src/store/store.ts";
import { binding, newChannel, type TestChannel } from "../support/channels.ts";
import { startPostgres } from "./postgres.ts";

const options = { binding, firstBlock: 1 };

/** A kind of database, opened with the steps of the schema that some version of the program has. */
interface Database {
  readonly name: string;
  readonly steps: readonly string[];
  /** Adds a column: what a later version might do. */
  readonly nextStep: string;
  where(): string;
  /** Migrates to the last of the steps, runs a statement, and closes. */
  open(steps: readonly string[], statement?: string): Promise<void>;
  /** Amounts as its columns hold them. */
  amount(value: bigint): string;
  readonly schema: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function sqlite(): Database {
  const directory = mkdtempSync(join(tmpdir(), "rmps-migrations-"));
  const path = join(directory, "store.sqlite");
  return {
    name: "SQLite",
    steps: SQLITE,
    nextStep: "ALTER TABLE channels ADD COLUMN note TEXT",
    where: () => path,
    async open(steps, statement) {
      const { db } = openSqlite(path, options, steps);
      try {
        if (statement !== undefined) db.exec(statement);
      } finally {
        db.close();
      }
    },
    amount: (value) => `'${value.toString(16).padStart(28, "0")}'`,
    schema: "",
    start: async () => undefined,
    stop: async () => rmSync(directory, { recursive: true }),
  };
}

function postgres(): Database {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  return {
    name: "PostgreSQL",
    steps: POSTGRES,
    nextStep: "ALTER TABLE rmps.channels ADD COLUMN note text",
    where: () => server.url,
    async open(steps, statement) {
      const { pool } = await openPostgres(server.url, options, steps);
      try {
        if (statement !== undefined) await pool.query(statement);
      } finally {
        await pool.end();
      }
    },
    amount: (value) => `${value}`,
    schema: "rmps.",
    start: async () => void (server = await startPostgres()),
    stop: () => server.stop(),
  };
}

for (const database of [sqlite(), postgres()]) {
  describe(`The schema of a store in ${database.name}`, () => {
    const { steps, nextStep, open, amount, schema } = database;
    let store: Store | undefined;
    before(database.start);
    after(database.stop);
    afterEach(async () => {
      await store?.close();
      store = undefined;
    });

    const buy = async (channel: TestChannel, balance: bigint, price: bigint) => {
      const outcome = await store!.charge({ channelId: channel.id, balance, signature: channel.proof(balance), price });
      if (outcome.kind === "charged") await store!.finish(outcome.charge);
      return outcome;
    };
    let channel: TestChannel;

    it("is brought from its first version to the newest, and the books with it", async () => {
      channel = newChannel();
      const { sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt } = channel.terms;
      const texts = [channel.id, sender, senderSigner, receiver, receiverSigner, token].map((text) => `'${text}'`);
      const [deposit, accepted, spent, nothing] = [1000n, 70n, 60n, 0n].map(amount);
      const paid = database.name === "SQLite" ? "1" : "true";
      await open(
        steps.slice(0, 1),
        `INSERT INTO ${schema}channels (id, sender, sender_signer, receiver, receiver_signer, token, challenge_period,
           salt, opened_block, deposit, confirmed_deposit, settled, closes_at, accepted, spent, proof_balance,
           proof_signature, published, paid)
         VALUES (${texts.join(", ")}, ${challengePeriod}, '${salt}', 10, ${deposit}, ${deposit}, ${nothing}, 0,
           ${accepted}, ${spent}, ${accepted}, '${channel.proof(70n)}', ${nothing}, ${paid})`,
      );
      store = await openStore(database.where(), options);
      expect(await store.channel(channel.id)).to.include({ deposit: 1000n, accepted: 70n, spent: 60n, inFlight: 0n });
      expect((await store.channel(channel.id))!.proof).to.deep.equal({ balance: 70n, signature: channel.proof(70n) });
      expect(await buy(channel, 80n, 20n), "goes on where it was").to.include({ kind: "charged", spent: 80n });
    });

    it("is left as it was by a step that fails, and the program that knows it goes on", async () => {
      const broken = `${nextStep}; SELECT nothing FROM nowhere`;
      const failure: unknown = await open([...steps, broken]).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(StoreRefused);
      store = await openStore(database.where(), options);
      expect(await store.channel(channel.id)).to.include({ accepted: 80n, spent: 80n });
    });

    it("is refused by an older program once a newer one has brought it further (nothing of the broken step is there)", async () => {
      await open([...steps, nextStep], `UPDATE ${schema}channels SET note = 'kept'`);
      const refused: unknown = await openStore(database.where(), options).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(StoreRefused);
      expect((refused as StoreRefused).problem).to.equal("newer");
      await open([...steps, nextStep], `SELECT note FROM ${schema}channels WHERE id = '${channel.id}'`);
    });
  });
}
