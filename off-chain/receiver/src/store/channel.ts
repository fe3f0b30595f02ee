import type { Hex, Terms } from "@rmps/proofs";

/** `closesAt` of a channel that is closed on chain: the largest `uint32`, as in the contract. */
export const CLOSED = 0xffffffff;

/** A balance (cumulative, in the token's smallest unit) and the sender side's signature of it. */
export interface Proof {
  readonly balance: bigint;
  readonly signature: Hex;
}

/** A closing agreement that was given away: the channel takes no more payments, ever. */
export interface Agreement {
  /** What the receiver takes in total. */
  readonly amount: bigint;
  /** Unix seconds until which the contract takes it, inclusive. */
  readonly deadline: bigint;
  /** The receiver side's signature. */
  readonly signature: Hex;
}

/** What the chain says about a channel, folded from its events. Amounts in the token's smallest unit. */
export interface ChannelFacts {
  /** The block of its opening; undefined where a re-org took the opening away and it has not come back. */
  readonly openedBlock: number | undefined;
  /** Deposit at the highest block read. */
  readonly deposit: bigint;
  /** Deposit at the highest confirmed block; 0 where the opening is not confirmed. Only this counts for payments. */
  readonly confirmedDeposit: bigint;
  /** Credited to the receiver, at the highest block read. */
  readonly settled: bigint;
  /** 0: open; `CLOSED`: closed; else Unix seconds from which it may be finalized. Counts when first seen. */
  readonly closesAt: number;
}

/** What we know about a channel apart from the chain. A re-org changes nothing of it but the fees of deposits that go. */
export interface ChannelAccount {
  /** Highest balance proven, never below `settled`. */
  readonly accepted: bigint;
  /** Charged, requests in flight included. */
  readonly spent: bigint;
  /** Agreed for sponsored deposits and not charged yet: it counts as spent from the next proof on. */
  readonly fee: bigint;
  /** The part of `spent` whose requests are not finished and may yet be undone: not to be settled. */
  readonly inFlight: bigint;
  /** The proof with the highest balance. */
  readonly proof: Proof | undefined;
  readonly agreement: Agreement | undefined;
  /** Highest balance whose proof was, or may have been, published on chain. */
  readonly published: bigint;
  /** Whether it paid since the store was created or recovered. */
  readonly paid: boolean;
}

/** A channel as the store keeps it. */
export interface ChannelRecord extends ChannelFacts, ChannelAccount {
  readonly id: Hex;
  readonly terms: Terms;
}

/** Where a channel stands. */
export type ChannelStatus = "open" | "closing" | "closed";

/** The status of a channel: `closing` also from the moment an agreement was given. */
export function statusOf(channel: Pick<ChannelRecord, "closesAt" | "agreement">): ChannelStatus {
  if (channel.closesAt === CLOSED) return "closed";
  return channel.closesAt === 0 && channel.agreement === undefined ? "open" : "closing";
}
