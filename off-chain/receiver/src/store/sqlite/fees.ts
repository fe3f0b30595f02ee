import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import { owe } from "../../ledger/account.ts";
import type { Accounts } from "./accounts.ts";
import { toAmount } from "./rows.ts";

interface TurnedRow {
  applied: number;
  fee: string;
}

/** What sponsored deposits cost their senders: owed while the deposit is on the chain. */
export class Fees {
  readonly #accounts: Accounts;
  readonly #turn: Database.Statement<[Hex], TurnedRow>;

  constructor(db: Database.Database, accounts: Accounts) {
    this.#accounts = accounts;
    this.#turn = db.prepare(
      `UPDATE sponsorships AS s SET applied = NOT applied
       WHERE channel = ? AND deposits IS NOT NULL AND applied <> EXISTS (
         SELECT 1 FROM events AS e
         WHERE e.channel = s.channel AND e.kind IN ('opened', 'topped-up') AND instr(s.deposits, e.hash) > 0
       )
       RETURNING applied, fee`,
    );
  }

  /** Makes what a channel owes true to its events. Within a transaction; once it failed, the channel is to be forgotten. */
  apply(id: Hex): void {
    const turned = this.#turn.all(id);
    const account = turned.length === 0 ? undefined : this.#accounts.get(id);
    if (account === undefined) return;
    for (const { applied, fee } of turned) owe(account, applied === 1 ? toAmount(fee) : -toAmount(fee));
    this.#accounts.write(account);
  }
}
