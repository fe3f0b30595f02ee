import type Database from "better-sqlite3";
import { APPLICATION_ID, MOVED_ID } from "./schema.ts";

/** The move of a store, noted in the file that it leaves before anybody can use the one that it goes to. */
export interface Move {
  /** Stands in both stores. */
  readonly id: string;
  /** The other store, without secrets. */
  readonly to: string;
  /** Whether it is known to have arrived; else it has, or has not. */
  readonly done: boolean;
}

/** The move that a file is marked with. */
export function readMove(db: Database.Database): Move | undefined {
  const text = db.prepare<[], string>("SELECT value FROM meta WHERE name = 'move'").pluck().get();
  return text === undefined ? undefined : (JSON.parse(text) as Move);
}

/** Marks a file as moved, durably: no receiver takes it any more, of whatever version. */
export function markMoved(db: Database.Database, move: Move): void {
  db.transaction(() => {
    db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('move', ?)").run(JSON.stringify(move));
    db.pragma(`application_id = ${MOVED_ID}`);
  }).immediate();
}

/** Takes the mark off. Within a transaction. */
export function forgetMove(db: Database.Database): void {
  db.exec("DELETE FROM meta WHERE name = 'move'");
  db.pragma(`application_id = ${APPLICATION_ID}`);
}

/** Why a marked file must not be used, and what to do. */
export function tellOfMove(path: string, move: Move | undefined): string {
  if (move === undefined) return `${path} was moved to another store. Use that one.`;
  return move.done
    ? `${path} was moved to ${move.to}: what it sold is known there, and would be sold twice from here. Name that database ` +
        `(store). Only where that is lost for good: this is an old copy of it, and --recover uses it as one.`
    : `The move of ${path} to ${move.to} was interrupted. Run the same move-store again: it finishes it, or begins anew.`;
}
