import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import type { Account } from "../../ledger/account.ts";
import { fromAmount } from "./rows.ts";
import type { Wal } from "./wal.ts";

/** Entries after which they are posted: so many share what it costs, and payments wait meanwhile. */
const MOST_ENTRIES = 1024;

/** Posts all entries: the newest of each channel takes the place of what stood in its row. */
export const POST = `
  UPDATE channels SET accepted = j.accepted, spent = j.spent, fee = j.fee,
    proof_balance = j.proof_balance, proof_signature = j.proof_signature, agreement_amount = j.agreement_amount,
    agreement_deadline = j.agreement_deadline, agreement_signature = j.agreement_signature,
    published = j.published, paid = j.paid
  FROM journal AS j
  WHERE j.entry IN (SELECT max(entry) FROM journal GROUP BY channel) AND channels.id = j.channel;
  DELETE FROM journal;
`;

/**
 * The book of first entry: what becomes of our part of the channels (not the chain's) is entered here, one row after the
 * other, and posted to `channels` many at a time. Rows of channels that pay lie far apart there, and a commit costs as
 * much as the pages that it touches; entries lie side by side.
 */
export class Journal {
  readonly #db: Database.Database;
  readonly #wal: Wal;
  readonly #enter: Database.Statement<unknown[]>;
  readonly #transaction: Database.Transaction<() => void>;
  /** Never fewer than the channels with entries. */
  readonly #entered = new Set<Hex>();
  #entries = 0;

  /** @param db with an empty journal. */
  constructor(db: Database.Database, wal: Wal) {
    this.#db = db;
    this.#wal = wal;
    this.#enter = db.prepare(
      `INSERT INTO journal (channel, accepted, spent, fee, proof_balance, proof_signature, agreement_amount,
         agreement_deadline, agreement_signature, published, paid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#transaction = db.transaction(() => void db.exec(POST));
  }

  /** Enters how our part of a channel stands. Within a transaction. */
  enter({ id, accepted, spent, fee, proof, agreement, published, paid }: Account): void {
    this.#entered.add(id);
    this.#entries++;
    this.#enter.run(
      id,
      fromAmount(accepted),
      fromAmount(spent),
      fromAmount(fee),
      proof === undefined ? null : fromAmount(proof.balance),
      proof === undefined ? null : proof.signature,
      agreement === undefined ? null : fromAmount(agreement.amount),
      agreement === undefined ? null : agreement.deadline,
      agreement === undefined ? null : agreement.signature,
      fromAmount(published),
      paid ? 1 : 0,
    );
  }

  /** Whether the row of a channel may be older than its last entry. */
  has(id: Hex): boolean {
    return this.#entered.has(id);
  }

  /** Posts where that is due. Not within a transaction. */
  postWhenDue(): void {
    if (this.#entries >= MOST_ENTRIES) this.post();
  }

  /**
   * Makes `channels` as new as the journal. It need not be durable: posted or not, both say the same. Within a
   * transaction, which may yet fail, nothing is forgotten here: to post once more changes nothing.
   */
  post(): void {
    if (this.#entries === 0) return;
    if (this.#db.inTransaction) {
      this.#db.exec(POST);
      return;
    }
    this.#wal.unflushed(this.#transaction);
    this.#entered.clear();
    this.#entries = 0;
  }
}
