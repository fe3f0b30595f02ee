import type { Hex } from "@rmps/proofs";
import type { PoolClient } from "pg";

/**
 * Makes what some channels owe for sponsored deposits true to their events (`owe` in `ledger/account.ts`). To be called
 * once events, or the hashes of a sponsorship, are written: whoever comes second to the sponsorship's lock sees both.
 */
export async function applyFees(client: PoolClient, ids: readonly Hex[]): Promise<void> {
  const own = "SELECT FROM rmps.sponsorships WHERE channel = ANY ($1) ORDER BY key FOR UPDATE";
  const { rowCount } = await client.query(own, [ids]);
  if (rowCount === 0) return;
  // In the order in which everybody locks channels.
  await client.query("SELECT FROM rmps.channels WHERE id = ANY ($1) ORDER BY id FOR UPDATE", [ids]);
  await client.query(
    `WITH turned AS (
       UPDATE rmps.sponsorships AS s SET applied = NOT s.applied
       WHERE s.channel = ANY ($1) AND s.deposits IS NOT NULL AND s.applied <> EXISTS (
         SELECT FROM rmps.events AS e
         WHERE e.channel = s.channel AND e.kind IN ('opened', 'topped-up') AND e.hash = ANY (s.deposits)
       )
       RETURNING s.channel, CASE WHEN s.applied THEN s.fee ELSE -s.fee END AS change
     )
     UPDATE rmps.channels AS c SET
       fee = greatest(c.fee + t.change, 0), spent = greatest(c.spent + least(c.fee + t.change, 0), 0)
     FROM (SELECT channel, sum(change) AS change FROM turned GROUP BY channel) AS t WHERE c.id = t.channel`,
    [ids],
  );
}
