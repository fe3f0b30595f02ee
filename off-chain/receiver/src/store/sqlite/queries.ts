import type Database from "better-sqlite3";
import { CLOSED, type ChannelRecord } from "../channel.ts";
import type { ChannelFilter, Totals } from "../store.ts";
import type { Accounts } from "./accounts.ts";
import { toAmount, toAccount, type ChannelRow } from "./rows.ts";
import type { InFlight } from "./in-flight.ts";

const LIMIT = 1000;

/** The condition of each filter; `closing` is also what was agreed, as in `statusOf`. */
const STATUS: Record<NonNullable<ChannelFilter["status"]>, string> = {
  open: "closes_at = 0 AND agreement_signature IS NULL AND opened_block IS NOT NULL",
  closing: `closes_at <> ${CLOSED} AND (closes_at <> 0 OR agreement_signature IS NOT NULL)`,
  closed: `closes_at = ${CLOSED}`,
};

type TotalsRow = Record<"closing" | "closed" | "open", number> &
  Record<"deposit" | "accepted" | "spent" | "settled" | "unsettled", string>;

/** Reads of many channels. */
export class Queries {
  readonly #db: Database.Database;
  readonly #accounts: Accounts;
  readonly #inFlight: InFlight;

  constructor(db: Database.Database, accounts: Accounts, inFlight: InFlight) {
    this.#db = db;
    this.#accounts = accounts;
    this.#inFlight = inFlight;
    db.aggregate("sum_amounts", {
      start: () => 0n,
      step: (sum: bigint, amount: unknown) => (typeof amount === "string" ? sum + toAmount(amount) : sum),
      result: (sum: bigint) => String(sum),
    });
  }

  channels({ status, sender, unsettled, agreed, after, limit = LIMIT }: ChannelFilter): ChannelRecord[] {
    this.#accounts.post();
    const conditions = ["id > ?"];
    if (status !== undefined) conditions.push(STATUS[status]);
    if (sender !== undefined) conditions.push("sender = ?");
    if (unsettled === true) conditions.push("spent > settled");
    if (agreed === true) conditions.push(`agreement_signature IS NOT NULL AND closes_at <> ${CLOSED}`);
    const sql = `SELECT * FROM channels WHERE ${conditions.join(" AND ")} ORDER BY id LIMIT ?`;
    const parameters = [after ?? "", ...(sender === undefined ? [] : [sender]), limit];
    const rows = this.#db.prepare<unknown[], ChannelRow>(sql).all(...parameters);
    // Not through the cache: a long list must not drive out the channels that pay.
    return rows.map((row) => this.#accounts.cached(row.id) ?? toAccount(row, this.#inFlight.of(row.id)));
  }

  totals(): Totals {
    this.#accounts.post();
    const row = this.#db
      .prepare<[], TotalsRow>(
        `SELECT count(*) FILTER (WHERE ${STATUS.open}) AS open, count(*) FILTER (WHERE ${STATUS.closing}) AS closing,
           count(*) FILTER (WHERE ${STATUS.closed}) AS closed,
           sum_amounts(iif(closes_at <> ${CLOSED}, deposit, NULL)) AS deposit,
           sum_amounts(accepted) AS accepted, sum_amounts(spent) AS spent, sum_amounts(settled) AS settled
         FROM channels`,
      )
      .get()!;
    return {
      open: row.open,
      closing: row.closing,
      closed: row.closed,
      deposit: BigInt(row.deposit),
      accepted: BigInt(row.accepted),
      spent: BigInt(row.spent),
      settled: BigInt(row.settled),
      unsettled: this.#unsettled(),
    };
  }

  #unsettled(): bigint {
    const [spent, settled] = this.#db
      .prepare<[], [string, string]>(
        `SELECT sum_amounts(spent), sum_amounts(settled) FROM channels WHERE spent > settled AND closes_at <> ${CLOSED}`,
      )
      .raw()
      .get()!;
    return BigInt(spent) - BigInt(settled);
  }
}
