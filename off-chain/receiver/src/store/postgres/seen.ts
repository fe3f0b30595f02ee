import type { Hex } from "@rmps/proofs";
import type { PoolClient } from "pg";

/**
 * Remembers one balance for each of some channels, by themselves, as those that can buy nothing any more; what is not
 * above a channel's floor need not be. Within a transaction that has locked the channels.
 */
export async function addSeen(client: PoolClient, ids: readonly Hex[], balances: readonly bigint[]): Promise<void> {
  await client.query(
    `WITH added AS (
       INSERT INTO rmps.seen (channel, balance)
         SELECT c.id, s.balance FROM unnest($1::text[], $2::numeric[]) AS s (channel, balance)
         JOIN rmps.channels AS c ON c.id = s.channel WHERE s.balance > c.seen_floor
         ON CONFLICT DO NOTHING RETURNING channel
     )
     UPDATE rmps.channels SET seen_count = seen_count + 1 WHERE id IN (SELECT channel FROM added)`,
    [ids, balances.map(String)],
  );
}
