import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import type { UnsettledMark, UnsettledStore } from "../unsettled.ts";
import { promised } from "./promised.ts";
import { fromAmount, toAmount } from "./rows.ts";

/** The settler's marks in SQLite. */
export class SqliteUnsettled implements UnsettledStore {
  readonly #all: Database.Statement<[], [Hex, string, number]>;
  readonly #change: (marks: readonly UnsettledMark[], gone: readonly Hex[]) => void;

  constructor(db: Database.Database) {
    this.#all = db.prepare<[], [Hex, string, number]>("SELECT channel, settled, since FROM unsettled").raw();
    const put = db.prepare<[Hex, string, number]>("INSERT OR REPLACE INTO unsettled VALUES (?, ?, ?)");
    const remove = db.prepare<[Hex]>("DELETE FROM unsettled WHERE channel = ?");
    this.#change = db.transaction((marks: readonly UnsettledMark[], gone: readonly Hex[]) => {
      for (const id of gone) remove.run(id);
      for (const { channelId, settled, since } of marks) put.run(channelId, fromAmount(settled), since);
    });
  }

  all(): Promise<UnsettledMark[]> {
    return promised(() =>
      this.#all.all().map(([channelId, settled, since]) => ({ channelId, settled: toAmount(settled), since })),
    );
  }

  change(marks: readonly UnsettledMark[], gone: readonly Hex[]): Promise<void> {
    return promised(() => this.#change(marks, gone));
  }
}
