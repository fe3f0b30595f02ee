import type { Hex } from "@rmps/proofs";
import type { Pool } from "pg";
import { CLOSED, type ChannelRecord } from "../channel.ts";
import type { ChannelFilter, Totals } from "../store.ts";
import { CHANNEL_COLUMNS, toRecord, type ChannelRow } from "./rows.ts";

const LIMIT = 1000;

/** The condition of each filter; `closing` is also what was agreed, as in `statusOf`. */
const STATUS: Record<NonNullable<ChannelFilter["status"]>, string> = {
  open: "closes_at = 0 AND agreement_signature IS NULL AND opened_block IS NOT NULL",
  closing: `closes_at <> ${CLOSED} AND (closes_at <> 0 OR agreement_signature IS NOT NULL)`,
  closed: `closes_at = ${CLOSED}`,
};

/** One channel as it is now. */
export async function readChannel(pool: Pool, id: Hex): Promise<ChannelRecord | undefined> {
  const { rows } = await pool.query<ChannelRow>({
    name: "rmps-channel",
    text: `SELECT ${CHANNEL_COLUMNS} FROM rmps.channels AS c WHERE id = $1`,
    values: [id],
  });
  return rows[0] === undefined ? undefined : toRecord(rows[0]);
}

/** Channels in the order of their ids. */
export async function readChannels(pool: Pool, filter: ChannelFilter): Promise<ChannelRecord[]> {
  const { status, sender, unsettled, agreed, after = "", limit = LIMIT } = filter;
  const conditions = ["id > $1"];
  if (status !== undefined) conditions.push(STATUS[status]);
  if (sender !== undefined) conditions.push("sender = $3");
  if (unsettled === true) conditions.push("spent > settled");
  if (agreed === true) conditions.push(`agreement_signature IS NOT NULL AND closes_at <> ${CLOSED}`);
  const { rows } = await pool.query<ChannelRow>(
    `SELECT ${CHANNEL_COLUMNS} FROM rmps.channels AS c WHERE ${conditions.join(" AND ")}
     ORDER BY id COLLATE "C" LIMIT $2`,
    [after, limit, ...(sender === undefined ? [] : [sender])],
  );
  return rows.map(toRecord);
}

/** Sums over all channels. */
export async function readTotals(pool: Pool): Promise<Totals> {
  const { rows } = await pool.query<Record<keyof Totals, string>>(
    `SELECT count(*) FILTER (WHERE ${STATUS.open}) AS open, count(*) FILTER (WHERE ${STATUS.closing}) AS closing,
       count(*) FILTER (WHERE ${STATUS.closed}) AS closed,
       coalesce(sum(deposit) FILTER (WHERE closes_at <> ${CLOSED}), 0) AS deposit,
       coalesce(sum(accepted), 0) AS accepted, coalesce(sum(spent), 0) AS spent, coalesce(sum(settled), 0) AS settled,
       coalesce(sum(spent - settled) FILTER (WHERE spent > settled AND closes_at <> ${CLOSED}), 0) AS unsettled
     FROM rmps.channels`,
  );
  const row = rows[0]!;
  return {
    open: Number(row.open),
    closing: Number(row.closing),
    closed: Number(row.closed),
    deposit: BigInt(row.deposit),
    accepted: BigInt(row.accepted),
    spent: BigInt(row.spent),
    settled: BigInt(row.settled),
    unsettled: BigInt(row.unsettled),
  };
}
