import Database from "better-sqlite3";
import type { Hex } from "@rmps/proofs";
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { openStore } from "../../src/store/open.ts";
import { MIGRATIONS as ON_POSTGRES } from "../../src/store/postgres/schema.ts";
import { APPLICATION_ID, MIGRATIONS as ON_SQLITE } from "../../src/store/sqlite/schema.ts";
import { fromAmount } from "../../src/store/sqlite/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { advance, binding, hashOf, newChannel, openChannel, opened, toppedUp } from "../support/channels.ts";
import type { TestChannel } from "../support/channels.ts";
import { startPostgres } from "./postgres.ts";

/** Two sponsored deposits as the second version kept them: of the one the fee is taken and charged, the other is sent. */
const [taken, sent] = [newChannel(), newChannel()];

/** What fills such a store. @param writeAmount as its database has amounts. @param schema before names of tables. */
function rowsOf(writeAmount: (amount: bigint) => string, schema = ""): string[] {
  const of = (amount: bigint) => `'${writeAmount(amount)}'`;
  const sponsorship = ({ id, terms }: TestChannel, state: string, hash: Hex, applied: boolean) =>
    `INSERT INTO ${schema}sponsorships
       (key, channel, sender, amount, fee, data, valid_until, cost, state, hash, created, applied) VALUES
       ('${id}', '${id}', '${terms.sender}', ${of(100n)}, ${of(3n)}, '0x', 1, ${of(9n)}, '${state}', '${hash}', 1, ${applied})`;
  const { id, terms } = taken;
  const signers = [terms.sender, terms.senderSigner, terms.receiver, terms.receiverSigner, terms.token];
  return [
    sponsorship(taken, "done", hashOf(5), true),
    sponsorship(sent, "sent", hashOf(12), false),
    `INSERT INTO ${schema}channels
       (id, sender, sender_signer, receiver, receiver_signer, token, challenge_period, salt, opened_block, deposit,
        confirmed_deposit, settled, closes_at, accepted, spent, published, paid) VALUES
       ('${id}', ${signers.map((each) => `'${each}'`).join(", ")}, ${terms.challengePeriod}, '${terms.salt}', 4,
        ${of(100n)}, ${of(100n)}, ${of(0n)}, 0, ${of(8n)}, ${of(8n)}, ${of(0n)}, true)`,
    // Whether it was a replaced attempt of ours, or somebody else's, that version did not note.
    `INSERT INTO ${schema}events (block, log_index, channel, kind, amount, closes_at, hash) VALUES
       (4, 0, '${id}', 'opened', ${of(100n)}, 0, '${hashOf(4)}')`,
  ];
}

/** What the second version took stays taken, once; what was under way goes with its transaction. */
async function expectFees(store: Store): Promise<void> {
  await advance(store, 11, [toppedUp(taken, 11, 200n)]);
  await advance(store, 12, [opened(sent, 12, 100n)]);
  expect(await store.channel(taken.id)).to.include({ deposit: 200n, spent: 8n, fee: 0n });
  expect(await store.channel(sent.id)).to.include({ spent: 0n, fee: 3n });
}

/** What can be done with a store of an older version, once it is opened. */
async function expectUsable(store: Store): Promise<void> {
  const channel = await openChannel(store, 100n);
  expect(await store.channel(channel.id)).to.include({ fee: 0n });
  const charge = { channelId: channel.id, balance: 5n, signature: channel.proof(5n), price: 5n };
  expect(await store.charge(charge)).to.include({ kind: "charged", spent: 5n });
  expect(await store.sponsorships.waiting()).to.deep.equal([]);
}

describe("A store of an older version", () => {
  it("goes on in a SQLite file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "rmps-old-"));
    const path = join(directory, "store.sqlite");
    const old = new Database(path);
    for (const step of ON_SQLITE.slice(0, 2)) old.exec(step);
    old.pragma(`application_id = ${APPLICATION_ID}`);
    for (const row of rowsOf(fromAmount)) old.exec(row);
    old.pragma("user_version = 2");
    old.close();
    const store = await openStore(path, { binding, firstBlock: 1 });
    await expectUsable(store);
    await expectFees(store);
    await store.close();
    rmSync(directory, { recursive: true });
  });

  it("goes on in PostgreSQL", async () => {
    const { url, place, stop } = await startPostgres();
    try {
      await place();
      const old = new Client(url);
      await old.connect();
      await old.query("CREATE SCHEMA rmps");
      await old.query("CREATE TABLE rmps.meta (name text PRIMARY KEY, value text NOT NULL)");
      for (const step of ON_POSTGRES.slice(0, 2)) await old.query(step);
      for (const row of rowsOf(String, "rmps.")) await old.query(row);
      await old.query("INSERT INTO rmps.meta VALUES ('version', '2')");
      await old.end();
      const store = await openStore(url, { binding, firstBlock: 1 });
      await expectUsable(store);
      await expectFees(store);
      await store.close();
    } finally {
      await stop();
    }
  });
});
