import type { Hex } from "@rmps/proofs";
import type { Pool, PoolClient } from "pg";
import {
  refusalOf,
  REMEMBERED,
  type Sponsorship,
  type SponsorshipChange,
  type SponsorshipLimits,
  type SponsorshipOutcome,
  type SponsorshipStore,
} from "../sponsorships.ts";
import { toSponsorship, type SponsorshipRow } from "../rows.ts";
import { guard, transact } from "./connect.ts";
import { applyFees } from "./fees.ts";

/** Serialises nodes that store one at once; "RMPS" in ASCII, and a number. */
const SPONSOR_LOCK = "1380798547, 3";

const read = (row: SponsorshipRow) => toSponsorship(row, BigInt);

/** Sponsored deposits in PostgreSQL, the same for all nodes. */
export class PostgresSponsorships implements SponsorshipStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  add(wanted: Sponsorship, limits: SponsorshipLimits): Promise<SponsorshipOutcome> {
    return guard(() =>
      transact(this.#pool, async (client) => {
        await client.query(`SELECT pg_advisory_xact_lock(${SPONSOR_LOCK})`);
        const standing = await standingOf(client, wanted, limits);
        if (standing !== undefined) return standing;
        const { key, channelId, sender, amount, fee, data, validUntil, cost, createdAt } = wanted;
        await client.query("DELETE FROM rmps.sponsorships WHERE created < $1 AND state IN ('done', 'failed')", [
          createdAt - REMEMBERED,
        ]);
        const { rows } = await client.query<SponsorshipRow>(
          `INSERT INTO rmps.sponsorships
             (key, channel, sender, amount, fee, data, valid_until, cost, state, created, applied)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'stored', $9, false) RETURNING *`,
          [key, channelId, sender, String(amount), String(fee), data, validUntil, String(cost), createdAt],
        );
        return { kind: "stored", sponsorship: read(rows[0]!) };
      }),
    );
  }

  standing(wanted: Sponsorship, limits: SponsorshipLimits): ReturnType<SponsorshipStore["standing"]> {
    return guard(() => standingOf(this.#pool, wanted, limits));
  }

  find(key: Hex): Promise<Sponsorship | undefined> {
    return guard(() => find(this.#pool, key));
  }

  update(key: Hex, { state, transaction, cost, deposits }: SponsorshipChange): Promise<void> {
    const sql = `UPDATE rmps.sponsorships SET state = coalesce($2, state), hash = coalesce($3, hash),
        cost = coalesce($4::numeric, cost), deposits = coalesce($5, deposits)
      WHERE key = $1 RETURNING channel`;
    const paid = cost === undefined ? null : String(cost);
    const change = [key, state ?? null, transaction ?? null, paid, deposits ?? null];
    return guard(() =>
      transact(this.#pool, async (client) => {
        const { rows } = await client.query<{ channel: Hex }>(sql, change);
        if (rows[0] !== undefined) await applyFees(client, [rows[0].channel]);
      }),
    );
  }

  waiting(): Promise<Sponsorship[]> {
    const sql = "SELECT * FROM rmps.sponsorships WHERE state = 'stored' ORDER BY created, key";
    return guard(async () => (await this.#pool.query<SponsorshipRow>(sql)).rows.map(read));
  }

  used(since: number): Promise<bigint> {
    const sql = "SELECT coalesce(sum(cost), 0) AS used FROM rmps.sponsorships WHERE created > $1";
    return guard(async () => BigInt((await this.#pool.query<{ used: string }>(sql, [since])).rows[0]!.used));
  }
}

async function find(client: Pool | PoolClient, key: Hex): Promise<Sponsorship | undefined> {
  const { rows } = await client.query<SponsorshipRow>("SELECT * FROM rmps.sponsorships WHERE key = $1", [key]);
  return rows[0] && read(rows[0]);
}

async function standingOf(client: Pool | PoolClient, wanted: Sponsorship, limits: SponsorshipLimits) {
  const known = await find(client, wanted.key);
  if (known !== undefined) return { kind: "known", sponsorship: known } as const;
  const { rows } = await client.query<{ in_flight: boolean; failed: boolean; used: string }>(
    `SELECT
       EXISTS (SELECT FROM rmps.sponsorships WHERE sender = $1 AND state IN ('stored', 'sent')) AS in_flight,
       EXISTS (SELECT FROM rmps.sponsorships
         WHERE sender = $1 AND state = 'failed' AND cost > 0 AND created > $2) AS failed,
       (SELECT coalesce(sum(cost), 0) FROM rmps.sponsorships WHERE created > $2) AS used`,
    [wanted.sender, wanted.createdAt - limits.period],
  );
  const { in_flight: inFlight, failed, used } = rows[0]!;
  return refusalOf({ inFlight, failed, used: BigInt(used) }, wanted.cost, limits);
}
