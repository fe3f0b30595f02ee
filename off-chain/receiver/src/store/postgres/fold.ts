import type { Hex } from "@rmps/proofs";
import type { PoolClient } from "pg";
import { foldFacts, type FactEvent } from "../facts.ts";
import { addSeen } from "./seen.ts";

interface EventRow {
  channel: Hex;
  kind: FactEvent["kind"];
  block: string;
  amount: string;
  closes_at: string;
}

/**
 * Folds the events of some channels into their rows, and applies what follows from a `settled` that rose (`settle` in
 * `ledger/account.ts`): it counts as accepted, proofs up to it may be public, and so may our best one.
 */
export async function fold(client: PoolClient, ids: readonly Hex[], confirmed: number): Promise<void> {
  const before = await client.query<{ id: Hex; settled: string; published: string }>(
    "SELECT id, settled, published FROM rmps.channels WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
    [ids],
  );
  const { rows } = await client.query<EventRow>(
    `SELECT channel, kind, block, amount, closes_at FROM rmps.events
     WHERE channel = ANY ($1) ORDER BY channel, block, log_index`,
    [ids],
  );
  const events = new Map<Hex, FactEvent[]>(before.rows.map(({ id }) => [id, []]));
  for (const { channel, kind, block, amount, closes_at: closesAt } of rows) {
    events.get(channel)?.push({ kind, block: Number(block), amount: BigInt(amount), closesAt: Number(closesAt) });
  }
  const folded = before.rows.map(({ id, settled, published }) => {
    const own = events.get(id) ?? [];
    const facts = foldFacts(own, confirmed);
    const risen = own.some(({ kind, amount }) => kind === "settled" && amount > BigInt(settled));
    const byProof = risen && facts.settled > BigInt(published);
    return { id, facts, byProof };
  });
  await client.query(
    `UPDATE rmps.channels AS c SET
       opened_block = f.opened_block, deposit = f.deposit, confirmed_deposit = f.confirmed_deposit,
       settled = f.settled, closes_at = f.closes_at,
       accepted = greatest(c.accepted, f.settled),
       published = greatest(c.published, f.settled, CASE WHEN f.by_proof THEN c.proof_balance END),
       seen_floor = greatest(c.seen_floor, f.settled)
     FROM unnest($1::text[], $2::bigint[], $3::numeric[], $4::numeric[], $5::numeric[], $6::bigint[], $7::boolean[])
       AS f (id, opened_block, deposit, confirmed_deposit, settled, closes_at, by_proof)
     WHERE c.id = f.id`,
    [
      folded.map(({ id }) => id),
      folded.map(({ facts }) => facts.openedBlock ?? null),
      folded.map(({ facts }) => String(facts.deposit)),
      folded.map(({ facts }) => String(facts.confirmedDeposit)),
      folded.map(({ facts }) => String(facts.settled)),
      folded.map(({ facts }) => facts.closesAt),
      folded.map(({ byProof }) => byProof),
    ],
  );
  const published = folded.filter(({ byProof }) => byProof).map(({ id }) => id);
  if (published.length === 0) return;
  const proofs = await client.query<{ id: Hex; balance: string }>(
    "SELECT id, proof_balance AS balance FROM rmps.channels WHERE id = ANY ($1) AND proof_balance IS NOT NULL",
    [published],
  );
  await addSeen(
    client,
    proofs.rows.map(({ id }) => id),
    proofs.rows.map(({ balance }) => BigInt(balance)),
  );
}
