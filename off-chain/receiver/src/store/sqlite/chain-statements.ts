import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import type { BlockRef, ChainEvent } from "../chain.ts";
import type { ChannelFacts } from "../channel.ts";
import { toFactEvent, type FactEvent } from "../facts.ts";
import { fromAmount, toAmount } from "./rows.ts";

interface EventRow {
  kind: ChainEvent["kind"];
  block: number;
  amount: string;
  closes_at: number;
}

export type ChainStatements = ReturnType<typeof chainStatements>;

/** The statements that keep the chain's facts, compiled once, as functions. */
export function chainStatements(db: Database.Database) {
  const insertChannel = db.prepare(
    `INSERT INTO channels (id, sender, sender_signer, receiver, receiver_signer, token, challenge_period, salt,
       opened_block, deposit, confirmed_deposit, settled, closes_at, accepted, spent, published, paid)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  );
  const insertEvent = db.prepare(
    "INSERT OR REPLACE INTO events (block, log_index, channel, kind, amount, closes_at, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const zero = fromAmount(0n);
  const readMeta = db.prepare<[string], string>("SELECT value FROM meta WHERE name = ?").pluck();
  const writeMeta = db.prepare<[string, string]>("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
  const removeMeta = db.prepare<[string]>("DELETE FROM meta WHERE name = ?");
  const blocks = db.prepare<[], BlockRef>("SELECT number, hash FROM blocks ORDER BY number DESC");
  const topBlock = db.prepare<[], BlockRef>("SELECT number, hash FROM blocks ORDER BY number DESC LIMIT 1");
  const addBlock = db.prepare<[number, Hex]>("INSERT OR REPLACE INTO blocks (number, hash) VALUES (?, ?)");
  const removeBlocks = db.prepare<[number]>("DELETE FROM blocks WHERE number > ?");
  const trimBlocks = db.prepare<[number]>(
    "DELETE FROM blocks WHERE number <= (SELECT number FROM blocks ORDER BY number DESC LIMIT 1 OFFSET ?)",
  );
  const knows = db.prepare<[Hex], number>("SELECT 1 FROM channels WHERE id = ?").pluck();
  const writeFacts = db.prepare(
    "UPDATE channels SET opened_block = ?, deposit = ?, confirmed_deposit = ?, settled = ?, closes_at = ? WHERE id = ?",
  );
  const eventsOf = db.prepare<[Hex], EventRow>(
    "SELECT kind, block, amount, closes_at FROM events WHERE channel = ? ORDER BY block, log_index",
  );
  const removeRange = db
    .prepare<[number, number], Hex>("DELETE FROM events WHERE block BETWEEN ? AND ? RETURNING channel")
    .pluck();
  const removeAbove = db.prepare<[number], Hex>("DELETE FROM events WHERE block > ? RETURNING channel").pluck();
  const depositsIn = db
    .prepare<[number, number], Hex>(
      "SELECT channel FROM events WHERE block > ? AND block <= ? AND kind IN ('opened', 'topped-up')",
    )
    .pluck();
  const depositsOf = db
    .prepare<[Hex, number], Hex>(
      `SELECT hash FROM events WHERE channel = ? AND kind IN ('opened', 'topped-up')
       ORDER BY block DESC, log_index DESC LIMIT ?`,
    )
    .pluck();

  return {
    readMeta: (name: string): string | undefined => readMeta.get(name),
    writeMeta: (name: string, value: string): void => void writeMeta.run(name, value),
    removeMeta: (name: string): void => void removeMeta.run(name),

    /** Kept block hashes, newest first. */
    blocks: (): BlockRef[] => blocks.all(),
    topBlock: (): BlockRef | undefined => topBlock.get(),
    addBlock: ({ number, hash }: BlockRef): void => void addBlock.run(number, hash),
    removeBlocksAbove: (block: number): void => void removeBlocks.run(block),
    /** Keeps the newest hashes only. */
    trimBlocks: (keep: number): void => void trimBlocks.run(keep),

    knows: (id: Hex): boolean => knows.get(id) !== undefined,
    /** In the order of the chain. */
    eventsOf: (id: Hex): FactEvent[] =>
      eventsOf.all(id).map(({ kind, block, amount, closes_at: closesAt }) => {
        return { kind, block, amount: toAmount(amount), closesAt };
      }),
    /** Removes the events of some blocks, ends included. @returns their channels. */
    removeRange: (from: number, to: number): Hex[] => removeRange.all(from, to),
    removeAbove: (block: number): Hex[] => removeAbove.all(block),
    /** The channels with deposits in blocks above `after`, up to `to`. */
    depositsIn: (after: number, to: number): Hex[] => depositsIn.all(after, to),
    /** The transactions of a channel's deposits, newest first. */
    depositsOf: (id: Hex, limit: number): Hex[] => depositsOf.all(id, limit),

    writeFacts(id: Hex, facts: ChannelFacts): void {
      writeFacts.run(
        facts.openedBlock ?? null,
        fromAmount(facts.deposit),
        fromAmount(facts.confirmedDeposit),
        fromAmount(facts.settled),
        facts.closesAt,
        id,
      );
    },
    /** Adds a channel that is not known, with its facts; what is settled counts as accepted and published. */
    addChannel({ channelId, terms }: ChainEvent & { kind: "opened" }, facts: ChannelFacts): void {
      const settled = fromAmount(facts.settled);
      insertChannel.run(
        channelId,
        terms.sender,
        terms.senderSigner,
        terms.receiver,
        terms.receiverSigner,
        terms.token,
        terms.challengePeriod,
        terms.salt,
        facts.openedBlock ?? null,
        fromAmount(facts.deposit),
        fromAmount(facts.confirmedDeposit),
        settled,
        facts.closesAt,
        settled,
        zero,
        settled,
      );
    },
    addEvent(event: ChainEvent): void {
      const { kind, block, amount, closesAt } = toFactEvent(event);
      insertEvent.run(block, event.logIndex, event.channelId, kind, fromAmount(amount), closesAt, event.transaction);
    },
  };
}
