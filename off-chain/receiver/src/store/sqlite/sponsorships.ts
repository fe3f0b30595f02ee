import type { Address, Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import {
  refusalOf,
  REMEMBERED,
  type Sponsorship,
  type SponsorshipLimits,
  type SponsorshipOutcome,
  type SponsorshipState,
  type SponsorshipStore,
} from "../sponsorships.ts";
import { toSponsorship, type SponsorshipRow } from "../rows.ts";
import { promised } from "./promised.ts";
import { fromAmount, toAmount } from "./rows.ts";

const read = (row: SponsorshipRow) => toSponsorship(row, toAmount);

/** Sponsored deposits in SQLite. */
export class SqliteSponsorships implements SponsorshipStore {
  readonly #read: Database.Statement<[Hex], SponsorshipRow>;
  readonly #insert: Database.Statement<unknown[]>;
  readonly #update: Database.Statement<[SponsorshipState | null, Hex | null, string | null, Hex]>;
  readonly #waiting: Database.Statement<[], SponsorshipRow>;
  readonly #inFlight: Database.Statement<[Address]>;
  readonly #failed: Database.Statement<[Address, number]>;
  readonly #costs: Database.Statement<[number], string>;
  readonly #sweep: Database.Statement<[number]>;
  readonly #add: (wanted: Sponsorship, limits: SponsorshipLimits) => SponsorshipOutcome;

  constructor(db: Database.Database) {
    this.#read = db.prepare("SELECT * FROM sponsorships WHERE key = ?");
    this.#insert = db.prepare(
      `INSERT INTO sponsorships (key, channel, sender, amount, fee, data, valid_until, cost, state, hash, created, applied)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'stored', NULL, ?, ?)`,
    );
    this.#update = db.prepare(
      "UPDATE sponsorships SET state = ifnull(?, state), hash = ifnull(?, hash), cost = ifnull(?, cost) WHERE key = ?",
    );
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
      const applied = fee === 0n ? 1 : 0;
      this.#insert.run(key, channelId, sender, ...amounts, data, validUntil, fromAmount(cost), createdAt, applied);
      return { kind: "stored", sponsorship: read(this.#read.get(key)!) };
    });
    this.#add = (wanted, limits) => add.immediate(wanted, limits);
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

  update(key: Hex, { state, transaction, cost }: Parameters<SponsorshipStore["update"]>[1]): Promise<void> {
    const paid = cost === undefined ? null : fromAmount(cost);
    return promised(() => void this.#update.run(state ?? null, transaction ?? null, paid, key));
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
