import type { Hex, Terms } from "@rmps/proofs";

/** A block of the chain by number and hash. */
export interface BlockRef {
  readonly number: number;
  readonly hash: Hex;
}

/** The chain as last seen by the node that watches it. */
export interface Head extends BlockRef {
  /** Highest block whose deposits count. */
  readonly confirmed: number;
  /** When `number` or `hash` last changed, Unix milliseconds. */
  readonly movedAt: number;
  /** When the chain was last read, Unix milliseconds. */
  readonly readAt: number;
  /** The block's own time in Unix seconds, if known: the contract goes by it, not by our clock. */
  readonly timestamp?: number | undefined;
}

/** Where an event stands on the chain. */
interface EventPlace {
  readonly channelId: Hex;
  readonly block: number;
  /** The log's index within its block; with the block it names the event. */
  readonly logIndex: number;
  readonly transaction: Hex;
}

/** An event of the manager. Numbers are totals, as the contract logs them, so that applying one twice is harmless. */
export type ChainEvent = EventPlace &
  (
    | { readonly kind: "opened"; readonly terms: Terms; readonly deposit: bigint }
    | { readonly kind: "topped-up"; readonly deposit: bigint }
    | { readonly kind: "settled"; readonly settled: bigint }
    | { readonly kind: "close-requested"; readonly settled: bigint; readonly closesAt: number }
    | { readonly kind: "closed"; readonly settled: bigint }
  );

/** Blocks that were read completely: all events of our channels in `from … cursor.number`. */
export interface ChainStep {
  /** First block of the range; what was known of blocks in the range is replaced. */
  readonly from: number;
  /** The last block of the range: reading goes on after it. */
  readonly cursor: BlockRef;
  /** Hashes to keep for finding re-orgs (the cursor's is kept anyway). */
  readonly blocks?: readonly BlockRef[];
  /** In any order; events (other than `opened`) of channels that the store does not know are ignored. */
  readonly events: readonly ChainEvent[];
  readonly head: Head;
}

/** The facts of the chain, kept as events and folded into channels; a re-org removes events and nothing else. */
export interface ChainStore {
  /** The chain as last observed by any node of the store. */
  head(): Promise<Head | undefined>;
  /** The last block whose events are all in; undefined before the first step. */
  cursor(): Promise<BlockRef | undefined>;
  /** Kept block hashes, newest first. */
  blocks(): Promise<BlockRef[]>;
  /** The transactions of the latest deposits into a channel, newest first, at most so many. */
  deposits(channelId: Hex, limit: number): Promise<Hex[]>;
  /** Records the head, and confirms deposits up to `head.confirmed`. @returns ids of channels that changed. */
  observe(head: Head): Promise<Hex[]>;
  /** Adds a range of blocks, in one transaction. @returns ids of channels that changed. */
  advance(step: ChainStep): Promise<Hex[]>;
  /** Adds events after the cursor, found by looking for one channel ahead of the sync. @returns ids that changed. */
  foresee(events: readonly ChainEvent[]): Promise<Hex[]>;
  /**
   * Undoes the chain's facts above `block`, which becomes the cursor if its hash is kept (else the next lower kept
   * one, or none): deposits, settlements and closings go, and the fees of sponsored deposits with these; accepted, what
   * else was spent, proof and agreement stay.
   * @returns ids of channels that changed.
   */
  rewind(block: number): Promise<Hex[]>;
}
