import type { Address, Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
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
import type { Accounts } from "./accounts.ts";
import { Fees } from "./fees.ts";
import { promised } from "./promised.ts";
import { fromAmount, toAmount } from "./rows.ts";

const read = (row: SponsorshipRow) => toSponsorship(row, toAmount);

/** Sponsored deposits in SQLite. */
export class SqliteSponsorships implements SponsorshipStore {
  readonly #read: Database.Statement<[Hex], SponsorshipRow>;
  readonly #insert: Database.Statement<unknown[]>;
  readonly #update: Database.Statement<(string | null)[], Hex>;
  readonly #waiting: Database.Statement<[], SponsorshipRow>;
  readonly #inFlight: Database.Statement<[Address]>;
  readonly #failed: Database.Statement<[Address, number]>;
  readonly #costs: Database.Statement<[number], string>;
  readonly #sweep: Database.Statement<[number]>;
  readonly #add: (wanted: Sponsorship, limits: SponsorshipLimits) => SponsorshipOutcome;
  readonly #change: (key: Hex, change: SponsorshipChange) => void;

  constructor(db: Database.Database, accounts: Accounts) {
    this.#read = db.prepare("SELECT * FROM sponsorships WHERE key = ?");
    this.#insert = db.prepare(
      `INSERT INTO sponsorships (key, channel, sender, amount, fee, data, valid_until, cost, state, hash, created, applied)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'stored', NULL, ?, 0)`,
    );
    this.#update = db
      .prepare<(string | null)[], Hex>(
        `UPDATE sponsorships SET state = ifnull(?, state), hash = ifnull(?, hash), cost = ifnull(?, cost),
           deposits = ifnull(?, deposits) WHERE key = ? RETURNING channel`,
      )
      .pluck();
    this.#waiting = db.prepare("SELECT * FROM sponsorships WHERE state = 'stored' ORDER BY created, key");
    this.#inFlight = db.prepare("SELECT 1 FROM sponsorships WHERE sender = ? AND state IN ('stored', 'sent')");
    this.#failed = db.prepare(
      `SELECT 1 FROM sponsorships WHERE sender = ? AND state = 'failed' AND cost > '${fromAmount(0n)}' AND created > ?`,
    );
    this.#costs = db.prepare<[number], string>("SELECT cost FROM sponsorships WHERE created > ?").pluck();
    this.#sweep = db.prepare("DELETE FROM sponsorships WHERE created < ? AND state IN ('done', 'failed')");
    const add = db.transaction((wanted: Sponsorship, limits: SponsorshipLimits): SponsorshipOutcome => {
      const standing = this.#standing(wanted, limits);
      if (standing !== undefined) return standing;
      const { key, channelId, sender, amount, fee, data, validUntil, cost, createdAt } = wanted;
      this.#sweep.run(createdAt - REMEMBERED);
      const amounts = [fromAmount(amount), fromAmount(fee)];
      this.#insert.run(key, channelId, sender, ...amounts, data, validUntil, fromAmount(cost), createdAt);
      return { kind: "stored", sponsorship: read(this.#read.get(key)!) };
    });
    this.#add = (wanted, limits) => add.immediate(wanted, limits);
    const fees = new Fees(db, accounts);
    const change = db.transaction((key: Hex, { state, transaction, cost, deposits }: SponsorshipChange) => {
      const paid = cost === undefined ? null : fromAmount(cost);
      const channel = this.#update.get(state ?? null, transaction ?? null, paid, deposits?.join(" ") ?? null, key);
      if (channel === undefined) return;
      try {
        fees.apply(channel);
      } catch (error) {
        accounts.forget([channel]);
        throw error;
      }
    });
    this.#change = (key, wanted) => {
      accounts.postWhenDue();
      change.immediate(key, wanted);
    };
  }

  add(wanted: Sponsorship, limits: SponsorshipLimits): Promise<SponsorshipOutcome> {
    return promised(() => this.#add(wanted, limits));
  }

  standing(wanted: Sponsorship, limits: SponsorshipLimits): ReturnType<SponsorshipStore["standing"]> {
    return promised(() => this.#standing(wanted, limits));
  }

  find(key: Hex): Promise<Sponsorship | undefined> {
    return promised(() => {
      const row = this.#read.get(key);
      return row && read(row);
    });
  }

  update(key: Hex, change: SponsorshipChange): Promise<void> {
    return promised(() => this.#change(key, change));
  }

  waiting(): Promise<Sponsorship[]> {
    return promised(() => this.#waiting.all().map(read));
  }

  used(since: number): Promise<bigint> {
    return promised(() => this.#used(since));
  }

  #standing({ key, sender, cost, createdAt }: Sponsorship, limits: SponsorshipLimits) {
    const known = this.#read.get(key);
    if (known !== undefined) return { kind: "known", sponsorship: read(known) } as const;
    const since = createdAt - limits.period;
    const rows = {
      inFlight: this.#inFlight.get(sender) !== undefined,
      failed: this.#failed.get(sender, since) !== undefined,
      used: this.#used(since),
    };
    return refusalOf(rows, cost, limits);
  }

  #used(since: number): bigint {
    return this.#costs.all(since).reduce((sum, cost) => sum + toAmount(cost), 0n);
  }
}
