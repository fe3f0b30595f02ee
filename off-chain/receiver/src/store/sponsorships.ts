import type { Address, Hex } from "@rmps/proofs";

/**
 * Where a sponsored deposit stands. `stored`: nothing is sent yet; `sent`: its transaction is under way; `mined`: in a
 * block; `done` and `failed`: final.
 */
export type SponsorshipState = "stored" | "sent" | "mined" | "done" | "failed";

/** A deposit whose gas we pay, from the request that was taken until its transaction is final. Survives restarts. */
export interface Sponsorship {
  /** Keccak-256 of `data`: equal requests have equal keys. */
  readonly key: Hex;
  readonly channelId: Hex;
  readonly sender: Address;
  /** What is deposited, and what the sender agreed to be charged for it, in the token's smallest unit. */
  readonly amount: bigint;
  readonly fee: bigint;
  /** Calldata for the manager. */
  readonly data: Hex;
  /** Unix seconds until which the sender's authorization can be used. */
  readonly validUntil: number;
  /** Wei that count against the budget: the most that it may cost, once it is final what it did cost. */
  readonly cost: bigint;
  readonly state: SponsorshipState;
  /** The transaction's hash, of the latest attempt; undefined before the first. */
  readonly transaction: Hex | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** What may change in one. */
export interface SponsorshipChange extends Partial<Pick<Sponsorship, "state" | "transaction" | "cost">> {
  /**
   * The transactions of which each makes this deposit, if it is mined: its fee is owed while the deposit of one of them
   * is among the facts of the chain, and given back where a re-organization takes it away.
   */
  readonly deposits?: readonly Hex[];
}

/** What one request may take out of the common purse. */
export interface SponsorshipLimits {
  /** Wei for all sponsorships of `period` together. */
  readonly budget: bigint;
  /** Milliseconds: how long a sponsorship counts against the budget, and a failed one against its sender. */
  readonly period: number;
}

/** Why the books are against one more sponsorship. */
export type SponsorshipRefusal =
  /** The sender has another one that is not mined. */
  | "sender-busy"
  /** One of the sender's failed on chain within the period: its gas was paid for nothing. */
  | "sender-barred"
  | "budget-exhausted";

/** What became of a request to store one. */
export type SponsorshipOutcome =
  /** Durable: it may be sent. */
  | { readonly kind: "stored"; readonly sponsorship: Sponsorship }
  /** The same request was stored before: as it stands now. */
  | { readonly kind: "known"; readonly sponsorship: Sponsorship }
  | { readonly kind: "refused"; readonly reason: SponsorshipRefusal };

/** Deposits whose gas we pay. Every promise rejects with `StoreUnavailable` where the store fails. */
export interface SponsorshipStore {
  /**
   * Stores one, `stored`, if the books allow it: all nodes of a store together keep to the limits.
   * @param createdAt its time, which is also the time at which the limits are applied.
   */
  add(wanted: Sponsorship, limits: SponsorshipLimits): Promise<SponsorshipOutcome>;
  /** What `add` would say to it now, without storing anything; undefined: it would be stored. */
  standing(
    wanted: Sponsorship,
    limits: SponsorshipLimits,
  ): Promise<Exclude<SponsorshipOutcome, { kind: "stored" }> | undefined>;
  find(key: Hex): Promise<Sponsorship | undefined>;
  /** Changes how one stands; what is undefined stays. Unknown keys are ignored. */
  update(key: Hex, change: SponsorshipChange): Promise<void>;
  /** Those that are stored and not sent, oldest first. */
  waiting(): Promise<Sponsorship[]>;
  /** Wei that count against the budget of those created after `since` (Unix milliseconds). */
  used(since: number): Promise<bigint>;
}

/** How long one that is final is remembered, in milliseconds: a month. Its authorization is used, or expired, by then. */
export const REMEMBERED = 30 * 86_400_000;

/** What the rows of a store say about a new request. */
export interface SponsorshipRows {
  /** The sender has one that is not mined. */
  readonly inFlight: boolean;
  /** One of the sender's cost gas within the period and failed. */
  readonly failed: boolean;
  /** Wei that count against the budget of the period. */
  readonly used: bigint;
}

/** The rule of the limits, apart from where the rows are; undefined: nothing is against it. */
export function refusalOf(
  { inFlight, failed, used }: SponsorshipRows,
  cost: bigint,
  { budget }: SponsorshipLimits,
): Extract<SponsorshipOutcome, { kind: "refused" }> | undefined {
  const refused = (reason: SponsorshipRefusal) => ({ kind: "refused", reason }) as const;
  if (inFlight) return refused("sender-busy");
  if (failed) return refused("sender-barred");
  return used + cost > budget ? refused("budget-exhausted") : undefined;
}
