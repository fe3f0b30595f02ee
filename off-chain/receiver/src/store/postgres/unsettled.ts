import type { Hex } from "@rmps/proofs";
import type { Pool } from "pg";
import type { UnsettledMark, UnsettledStore } from "../unsettled.ts";
import { guard, transact } from "./connect.ts";

/** The settler's marks in PostgreSQL. */
export class PostgresUnsettled implements UnsettledStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  all(): Promise<UnsettledMark[]> {
    const sql = "SELECT channel, settled, since FROM rmps.unsettled";
    return guard(async () => {
      const { rows } = await this.#pool.query<{ channel: Hex; settled: string; since: string }>(sql);
      return rows.map(({ channel, settled, since }) => {
        return { channelId: channel, settled: BigInt(settled), since: Number(since) };
      });
    });
  }

  change(marks: readonly UnsettledMark[], gone: readonly Hex[]): Promise<void> {
    return guard(() =>
      transact(this.#pool, async (client) => {
        await client.query("DELETE FROM rmps.unsettled WHERE channel = ANY ($1)", [gone]);
        await client.query(
          `INSERT INTO rmps.unsettled (channel, settled, since)
           SELECT * FROM unnest($1::text[], $2::numeric[], $3::bigint[])
           ON CONFLICT (channel) DO UPDATE SET settled = excluded.settled, since = excluded.since`,
          [
            marks.map(({ channelId }) => channelId),
            marks.map(({ settled }) => String(settled)),
            marks.map(({ since }) => since),
          ],
        );
      }),
    );
  }
}
