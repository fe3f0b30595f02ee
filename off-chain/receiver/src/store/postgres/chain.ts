import type { Hex } from "@rmps/proofs";
import type { Pool, PoolClient } from "pg";
import type { BlockRef, ChainEvent, ChainStep, ChainStore, Head } from "../chain.ts";
import { toFactEvent } from "../facts.ts";
import { guard, transact } from "./connect.ts";
import { applyFees } from "./fees.ts";
import { fold } from "./fold.ts";
import { readMeta, writeMeta } from "./open.ts";

/** Block hashes that are kept: enough for any re-org that leaves the network usable. */
const KEPT_BLOCKS = 512;

/** The chain's facts in PostgreSQL, written by the node that leads, read by all. */
export class PostgresChain implements ChainStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  head(): Promise<Head | undefined> {
    return guard(async () => parse<Head>(await readMeta(this.#pool, "head")));
  }

  cursor(): Promise<BlockRef | undefined> {
    return guard(async () => parse<BlockRef>(await readMeta(this.#pool, "cursor")));
  }

  blocks(): Promise<BlockRef[]> {
    return guard(async () => {
      const sql = "SELECT number, hash FROM rmps.blocks ORDER BY number DESC";
      const { rows } = await this.#pool.query<{ number: string; hash: Hex }>(sql);
      return rows.map(({ number, hash }) => ({ number: Number(number), hash }));
    });
  }

  deposits(channelId: Hex, limit: number): Promise<Hex[]> {
    return guard(async () => {
      const sql = `SELECT hash FROM rmps.events WHERE channel = $1 AND kind IN ('opened', 'topped-up')
        ORDER BY block DESC, log_index DESC LIMIT $2`;
      return (await this.#pool.query<{ hash: Hex }>(sql, [channelId, limit])).rows.map(({ hash }) => hash);
    });
  }

  observe(head: Head): Promise<Hex[]> {
    return this.#change((client, changed) => confirm(client, head, changed));
  }

  advance({ from, cursor, blocks = [], events, head }: ChainStep): Promise<Hex[]> {
    return this.#change(async (client, changed) => {
      const removed = await client.query<{ channel: Hex }>(
        "DELETE FROM rmps.events WHERE block BETWEEN $1 AND $2 RETURNING channel",
        [from, cursor.number],
      );
      for (const { channel } of removed.rows) changed.add(channel);
      await insert(client, events, changed);
      const kept = new Map([...blocks, cursor].map(({ number, hash }) => [number, hash]));
      await client.query(
        `INSERT INTO rmps.blocks (number, hash) SELECT * FROM unnest($1::bigint[], $2::text[])
         ON CONFLICT (number) DO UPDATE SET hash = excluded.hash`,
        [[...kept.keys()], [...kept.values()]],
      );
      await client.query(
        "DELETE FROM rmps.blocks WHERE number <= (SELECT number FROM rmps.blocks ORDER BY number DESC LIMIT 1 OFFSET $1)",
        [KEPT_BLOCKS],
      );
      await writeMeta(client, "cursor", JSON.stringify(cursor));
      await confirm(client, head, changed);
    });
  }

  foresee(events: readonly ChainEvent[]): Promise<Hex[]> {
    return this.#change((client, changed) => insert(client, events, changed));
  }

  rewind(block: number): Promise<Hex[]> {
    return this.#change(async (client, changed) => {
      const removed = await client.query<{ channel: Hex }>(
        "DELETE FROM rmps.events WHERE block > $1 RETURNING channel",
        [block],
      );
      for (const { channel } of removed.rows) changed.add(channel);
      await client.query("DELETE FROM rmps.blocks WHERE number > $1", [block]);
      const sql = "SELECT number, hash FROM rmps.blocks ORDER BY number DESC LIMIT 1";
      const top = (await client.query<{ number: string; hash: Hex }>(sql)).rows[0];
      if (top === undefined) await client.query("DELETE FROM rmps.meta WHERE name = 'cursor'");
      else await writeMeta(client, "cursor", JSON.stringify({ number: Number(top.number), hash: top.hash }));
    });
  }

  /** Runs a change of events, then folds the channels that it names. All or nothing. */
  #change(work: (client: PoolClient, changed: Set<Hex>) => Promise<void>): Promise<Hex[]> {
    return guard(() =>
      transact(this.#pool, async (client) => {
        const changed = new Set<Hex>();
        await work(client, changed);
        if (changed.size > 0) {
          await applyFees(client, [...changed]);
          const head = parse<Head>(await readMeta(client, "head"));
          await fold(client, [...changed], head?.confirmed ?? -1);
        }
        return [...changed];
      }),
    );
  }
}

async function insert(client: PoolClient, events: readonly ChainEvent[], changed: Set<Hex>): Promise<void> {
  if (events.length === 0) return;
  const openings = events.filter((event) => event.kind === "opened");
  const terms = openings.map((event) => event.terms);
  await client.query(
    `INSERT INTO rmps.channels
       (id, sender, sender_signer, receiver, receiver_signer, token, challenge_period, salt)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[])
     ON CONFLICT (id) DO NOTHING`,
    [
      openings.map(({ channelId }) => channelId),
      terms.map(({ sender }) => sender),
      terms.map(({ senderSigner }) => senderSigner),
      terms.map(({ receiver }) => receiver),
      terms.map(({ receiverSigner }) => receiverSigner),
      terms.map(({ token }) => token),
      terms.map(({ challengePeriod }) => challengePeriod),
      terms.map(({ salt }) => salt),
    ],
  );
  const facts = events.map(toFactEvent);
  const inserted = await client.query<{ channel: Hex }>(
    `INSERT INTO rmps.events (block, log_index, channel, kind, amount, closes_at, hash)
     SELECT e.* FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::numeric[], $6::bigint[], $7::text[])
       AS e (block, log_index, channel, kind, amount, closes_at, hash)
     JOIN rmps.channels AS c ON c.id = e.channel
     ON CONFLICT (block, log_index) DO UPDATE SET channel = excluded.channel, kind = excluded.kind,
       amount = excluded.amount, closes_at = excluded.closes_at, hash = excluded.hash
     RETURNING channel`,
    [
      facts.map(({ block }) => block),
      events.map(({ logIndex }) => logIndex),
      events.map(({ channelId }) => channelId),
      facts.map(({ kind }) => kind),
      facts.map(({ amount }) => String(amount)),
      facts.map(({ closesAt }) => closesAt),
      events.map(({ transaction }) => transaction),
    ],
  );
  for (const { channel } of inserted.rows) changed.add(channel);
}

async function confirm(client: PoolClient, head: Head, changed: Set<Hex>): Promise<void> {
  const before = parse<Head>(await readMeta(client, "head"))?.confirmed ?? -1;
  await writeMeta(client, "head", JSON.stringify(head));
  if (head.confirmed <= before) return;
  const confirmed = await client.query<{ channel: Hex }>(
    `SELECT DISTINCT channel FROM rmps.events
     WHERE block > $1 AND block <= $2 AND kind IN ('opened', 'topped-up')`,
    [before, head.confirmed],
  );
  for (const { channel } of confirmed.rows) changed.add(channel);
}

function parse<Value>(text: string | undefined): Value | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Value);
}
