import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import { settle } from "../../ledger/account.ts";
import type { BlockRef, ChainEvent, ChainStep, ChainStore, Head } from "../chain.ts";
import { foldFacts, toFactEvent } from "../facts.ts";
import { groupBy } from "../group-by.ts";
import type { Accounts } from "./accounts.ts";
import { Fees } from "./fees.ts";
import { promised } from "./promised.ts";
import { chainStatements, type ChainStatements } from "./chain-statements.ts";

/** Block hashes that are kept: enough for any re-org that leaves the network usable. */
const KEPT_BLOCKS = 512;

/** The chain's facts in SQLite. Runs between commits of payments, in transactions of its own. */
export class SqliteChain implements ChainStore {
  readonly #db: Database.Database;
  readonly #accounts: Accounts;
  readonly #sql: ChainStatements;
  readonly #fees: Fees;
  #head: Head | undefined;

  constructor(db: Database.Database, accounts: Accounts) {
    this.#db = db;
    this.#accounts = accounts;
    this.#sql = chainStatements(db);
    this.#fees = new Fees(db, accounts);
    const head = this.#sql.readMeta("head");
    if (head !== undefined) this.#head = JSON.parse(head) as Head;
  }

  head(): Promise<Head | undefined> {
    return Promise.resolve(this.#head);
  }

  cursor(): Promise<BlockRef | undefined> {
    return promised(() => {
      const cursor = this.#sql.readMeta("cursor");
      return cursor === undefined ? undefined : (JSON.parse(cursor) as BlockRef);
    });
  }

  blocks(): Promise<BlockRef[]> {
    return promised(() => this.#sql.blocks());
  }

  deposits(channelId: Hex, limit: number): Promise<Hex[]> {
    return promised(() => this.#sql.depositsOf(channelId, limit));
  }

  observe(head: Head): Promise<Hex[]> {
    const before = this.#head?.confirmed ?? -1;
    this.#head = head;
    // A head that confirms nothing new is only worth remembering in memory: it is read again after a restart.
    if (head.confirmed <= before) return Promise.resolve([]);
    return this.#change((changed) => this.#confirm(before, head, changed));
  }

  advance({ from, cursor, blocks = [], events, head }: ChainStep): Promise<Hex[]> {
    const before = this.#head?.confirmed ?? -1;
    this.#head = head;
    return this.#change((changed) => {
      for (const channel of this.#sql.removeRange(from, cursor.number)) changed.add(channel);
      const folded = this.#insert(events, changed);
      for (const block of [...blocks, cursor]) this.#sql.addBlock(block);
      this.#sql.trimBlocks(KEPT_BLOCKS);
      this.#sql.writeMeta("cursor", JSON.stringify(cursor));
      this.#confirm(before, head, changed);
      return folded;
    });
  }

  foresee(events: readonly ChainEvent[]): Promise<Hex[]> {
    return this.#change((changed) => this.#insert(events, changed));
  }

  rewind(block: number): Promise<Hex[]> {
    return this.#change((changed) => {
      for (const channel of this.#sql.removeAbove(block)) changed.add(channel);
      this.#sql.removeBlocksAbove(block);
      const top = this.#sql.topBlock();
      if (top === undefined) this.#sql.removeMeta("cursor");
      else this.#sql.writeMeta("cursor", JSON.stringify(top));
    });
  }

  /**
   * Adds events. Channels that are new are written once, with all that is known of them: a start may have hundreds of
   * thousands to read. In the order of their ids, as the table is: neighbours share its pages.
   * @returns the new ones: their facts are folded already.
   */
  #insert(events: readonly ChainEvent[], changed: Set<Hex>): Set<Hex> {
    const added = new Set<Hex>();
    const byChannel = groupBy(events, ({ channelId }) => channelId);
    for (const id of [...byChannel.keys()].sort()) {
      const own = byChannel.get(id)!.sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);
      if (!this.#sql.knows(id)) {
        own.splice(
          0,
          own.findIndex(({ kind }) => kind === "opened"),
        );
        const [opening] = own;
        if (opening?.kind !== "opened") continue;
        this.#sql.addChannel(opening, foldFacts(own.map(toFactEvent), this.#head?.confirmed ?? -1));
        added.add(id);
      }
      for (const event of own) this.#sql.addEvent(event);
      changed.add(id);
    }
    return added;
  }

  #confirm(before: number, head: Head, changed: Set<Hex>): void {
    for (const channel of this.#sql.depositsIn(before, head.confirmed)) changed.add(channel);
    this.#sql.writeMeta("head", JSON.stringify(head));
  }

  /** Runs a change of events, then folds the channels that it names, but those that it returns. All or nothing. */
  #change(work: (changed: Set<Hex>) => ReadonlySet<Hex> | void): Promise<Hex[]> {
    const changed = new Set<Hex>();
    const head = this.#head;
    return promised(() => {
      try {
        this.#accounts.postWhenDue();
        this.#db.transaction(() => {
          const folded = work(changed);
          for (const id of changed) {
            this.#fees.apply(id);
            if (folded?.has(id) !== true) this.#fold(id);
          }
        })();
      } catch (error) {
        this.#accounts.forget(changed);
        this.#head = head === undefined ? undefined : { ...head, confirmed: -1 }; // All is confirmed again next time.
        throw error;
      }
      return [...changed];
    });
  }

  #fold(id: Hex): void {
    const account = this.#accounts.get(id);
    if (account === undefined) return;
    const events = this.#sql.eventsOf(id);
    const published = events.some(({ kind, amount }) => kind === "settled" && amount > account.settled);
    const facts = foldFacts(events, this.#head?.confirmed ?? -1);
    const risen = facts.settled > account.settled;
    Object.assign(account, facts);
    this.#sql.writeFacts(id, facts);
    if (!risen) return;
    settle(account, facts.settled, published);
    this.#accounts.write(account);
  }
}
