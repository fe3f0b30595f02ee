import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import type { Account } from "../../ledger/account.ts";
import type { InFlight } from "./in-flight.ts";
import type { Journal } from "./journal.ts";
import { toAccount, type ChannelRow } from "./rows.ts";

/** Channels kept in memory, about a kilobyte each; the rest is read when it is asked for. */
const KEPT = 20_000;

/** Channels in memory, over the table and its journal. Only this process writes them, so what is here is true. */
export class Accounts {
  readonly #kept = new Map<Hex, Account>();
  readonly #read: Database.Statement<[Hex], ChannelRow>;
  readonly #journal: Journal;
  readonly #inFlight: InFlight;

  constructor(db: Database.Database, journal: Journal, inFlight: InFlight) {
    this.#journal = journal;
    this.#inFlight = inFlight;
    this.#read = db.prepare("SELECT * FROM channels WHERE id = ?");
  }

  /** The channel if it is in memory. */
  cached(id: Hex): Account | undefined {
    return this.#kept.get(id);
  }

  /** The channel, from memory or from the table. */
  get(id: Hex): Account | undefined {
    const kept = this.#kept.get(id);
    if (kept !== undefined) {
      // Moves to the young end, once age begins to matter.
      if (this.#kept.size > KEPT / 2 && this.#kept.delete(id)) this.#kept.set(id, kept);
      return kept;
    }
    if (this.#journal.has(id)) this.#journal.post();
    const row = this.#read.get(id);
    return row === undefined ? undefined : this.keep(row);
  }

  /** Takes a row that was read into memory, unless the channel is there. */
  keep(row: ChannelRow): Account {
    const kept = this.#kept.get(row.id);
    if (kept !== undefined) return kept;
    if (this.#kept.size >= KEPT) this.#makeRoom();
    const account = toAccount(row, this.#inFlight.of(row.id));
    this.#kept.set(row.id, account);
    return account;
  }

  /** Writes our part of a channel (not the chain's). Within a transaction. */
  write(account: Account): void {
    this.#journal.enter(account);
  }

  /** To be called before a transaction that writes: keeps the journal short. */
  postWhenDue(): void {
    this.#journal.postWhenDue();
  }

  /** Makes the table true. To be called before it is read but by `get`. */
  post(): void {
    this.#journal.post();
  }

  /** After a failed transaction, or a change of the table: what is in memory is not true any more. */
  forget(ids: Iterable<Hex>): void {
    for (const id of ids) this.#kept.delete(id);
  }

  #makeRoom(): void {
    // The oldest tenth goes. Which balances it has seen goes with it: all that was accepted counts as seen then.
    let surplus = KEPT / 10;
    for (const id of this.#kept.keys()) {
      if (surplus-- <= 0) break;
      this.#kept.delete(id);
    }
  }
}
