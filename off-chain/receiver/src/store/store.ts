import type { FileHandle } from "node:fs/promises";
import type { Address, Hex } from "@rmps/proofs";
import type { ChainStore } from "./chain.ts";
import type { Agreement, ChannelRecord, ChannelStatus } from "./channel.ts";
import type { SponsorshipStore } from "./sponsorships.ts";
import type { TransactionStore } from "./transactions.ts";
import type { UnsettledStore } from "./unsettled.ts";

/** What a store belongs to; opening it for anything else is refused. */
export interface Binding {
  readonly chainId: bigint;
  /** Hash of the block in which the manager was deployed: tells apart chains of equal id. */
  readonly deploymentBlockHash: Hex;
  readonly contract: Address;
  readonly receiver: Address;
}

/** How a store is opened. */
export interface StoreOptions {
  readonly binding: Binding;
  /** First block of which a new store can know every payment: the chain's head plus one. */
  readonly firstBlock: number;
  /** The store is an old copy: `firstBlock` replaces the stored one, and no channel counts as having paid. */
  readonly recover?: boolean;
}

/** A payment to be accepted and charged. Its signature was verified. Amounts in the token's smallest unit. */
export interface Charge {
  readonly channelId: Hex;
  readonly balance: bigint;
  readonly signature: Hex;
  /** Above 0. */
  readonly price: bigint;
  /** Digest of channel, method, path, body and the client's key: the same one is charged once. */
  readonly idempotency?: Hex | undefined;
}

/** Names a charge until it is finished or undone. */
export type ChargeId = string;

/** Why a charge was refused by the state of its channel. */
export type ChargeRefusal =
  | "channel-not-found"
  | "channel-not-confirmed"
  | "balance-exceeds-deposit"
  | "insufficient-payment"
  | "channel-closing"
  | "channel-closed";

/** An answer kept for repeats of a request with an `Idempotency-Key`. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** What became of a charge, with the channel's numbers after it. Durable when it is handed out. */
export type ChargeOutcome =
  | { readonly kind: "charged"; readonly charge: ChargeId; readonly accepted: bigint; readonly spent: bigint }
  | { readonly kind: "refused"; readonly code: ChargeRefusal }
  /** Charged before; `answer` is undefined where it is not there (yet), or was too big to keep. */
  | { readonly kind: "repeated"; readonly answer: StoredAnswer | undefined };

/** The end of a channel by agreement. The agreement is signed already and must not be shown unless this succeeds. */
export interface End {
  readonly channelId: Hex;
  readonly agreement: Agreement;
}

/** What became of an end. */
export type EndOutcome =
  /** Ended, now or before: the agreement that counts, the first one. */
  | { readonly kind: "ended"; readonly agreement: Agreement }
  /** The amount is below what was spent or settled. */
  | { readonly kind: "below"; readonly spent: bigint }
  | { readonly kind: "above"; readonly deposit: bigint }
  /** A recovered channel that has not paid since: what it spent is not known. */
  | { readonly kind: "unknown" }
  | { readonly kind: "refused"; readonly code: "channel-not-found" | "channel-not-confirmed" | "channel-closed" };

/** Which channels to list. */
export interface ChannelFilter {
  readonly status?: ChannelStatus | undefined;
  readonly sender?: Address | undefined;
  /** Only those with `spent > settled`. */
  readonly unsettled?: boolean | undefined;
  /** Only those with an agreement that are not closed on chain. */
  readonly agreed?: boolean | undefined;
  /** Ids above this one; the list is in the order of ids. */
  readonly after?: Hex | undefined;
  /** At most so many, 1000 unless told. */
  readonly limit?: number | undefined;
}

/** Sums over all channels, amounts in the token's smallest unit. */
export interface Totals {
  readonly open: number;
  readonly closing: number;
  readonly closed: number;
  /** Deposits of the channels that are not closed. */
  readonly deposit: bigint;
  /** Over all channels, closed ones too. */
  readonly accepted: bigint;
  readonly spent: bigint;
  readonly settled: bigint;
  /** What was spent and not settled on channels that are not closed. */
  readonly unsettled: bigint;
}

/** The accounts of all channels. Every promise rejects with `StoreUnavailable` where the store fails. */
export interface Store {
  readonly firstBlock: number;
  /** 32 secret bytes that sign the challenges of all nodes of this store. */
  readonly challengeKey: Uint8Array;
  readonly chain: ChainStore;
  readonly transactions: TransactionStore;
  readonly sponsorships: SponsorshipStore;
  readonly unsettled: UnsettledStore;

  /** A channel if it is in memory, without waiting: its terms are true, its numbers those of some moment. */
  cached(id: Hex): ChannelRecord | undefined;
  /** A channel as it is stored now. */
  channel(id: Hex): Promise<ChannelRecord | undefined>;
  /** Channels in the order of their ids. */
  channels(filter: ChannelFilter): Promise<ChannelRecord[]>;
  totals(): Promise<Totals>;

  /** The one atomic operation of payments: accepts the proof and charges the price. Settles after the commit. */
  charge(charge: Charge): Promise<ChargeOutcome>;
  /** The request was served (or its failure is the client's): the charge stays. `answer` is kept for repeats. */
  finish(charge: ChargeId, answer?: StoredAnswer): Promise<void>;
  /** Takes a charge back, exactly once. @returns false where it was finished, or undone before. */
  undo(charge: ChargeId): Promise<boolean>;
  /** Stores an agreement and ends the channel in one step, if the amount is still right. */
  end(end: End): Promise<EndOutcome>;
  /** The proof of this balance is about to be published: it buys nothing from now on. Before a `settle` is sent. */
  publish(channelId: Hex, balance: bigint): Promise<void>;

  /** Whether this node may watch and settle: one node of a store at a time. To be asked before every round. */
  lead(): Promise<boolean>;
  /** Whether the store answers, and takes payments down: a full disk can still be read. */
  healthy(): Promise<boolean>;
  /**
   * A consistent copy of all that is stored now, as a file without a name that is gone when it is closed; payments go on
   * meanwhile. Undefined where the database has its own means for that.
   */
  copy(): Promise<FileHandle | undefined>;
  /** Commits what waits and closes. */
  close(): Promise<void>;
}
