import type { Address, Hex, Manager, Terms } from "@rmps/proofs";
import type { ChannelRecord } from "../store/channel.ts";
import type { Head } from "../store/chain.ts";
import type { ChargeId, Store, StoredAnswer } from "../store/store.ts";

/** The terms on which we sell. Channels must bear exactly these parties and token. */
export interface OurTerms {
  readonly receiver: Address;
  /** Key that signs for the receiver; the zero address: the receiver itself. */
  readonly receiverSigner: Address;
  readonly token: Address;
  /** Bounds of the challenge period in seconds, inclusive. */
  readonly minChallengePeriod: number;
  readonly maxChallengePeriod: number;
  /** Smallest confirmed deposit that is taken, in the token's smallest unit. */
  readonly minDeposit: bigint;
}

/** What the ledger is built from. */
export interface LedgerOptions {
  readonly manager: Manager;
  readonly terms: OurTerms;
  readonly store: Store;
  /** The chain as last seen; undefined before the first look. */
  readonly head: () => Head | undefined;
  /** Unix milliseconds; the system's clock unless given. */
  readonly now?: () => number;
  /**
   * Which of the head's times counts for `chain-unavailable`: when it moved (public chains), or when it was read
   * (chain 31337, which only moves when there is something to do). By chain id unless given.
   */
  readonly liveness?: "moved" | "read";
  /** Looks once, boundedly, for an unknown channel ahead of the sync; the store knows it afterwards if it exists. */
  readonly discover?: (id: Hex) => Promise<void>;
  /** False for a channel that could not be defended now: it takes no payments (`chain-unavailable`). */
  readonly defensible?: (channel: ChannelRecord) => boolean;
  /** Told what broke, where a broken store or a bug was answered with a refusal. */
  readonly onError?: (error: unknown) => void;
  /** Payments that may wait for their commit; more are answered `busy`. 10,000 unless given. */
  readonly maxWaiting?: number;
}

/** A proof as it came with a request. */
export interface PresentedProof {
  readonly channelId: Hex;
  /** Cumulative, in the token's smallest unit. */
  readonly balance: bigint;
  readonly signature: Hex;
}

/** What is to be paid for. */
export interface Purchase {
  /** In the token's smallest unit, above 0. */
  readonly price: bigint;
  /** Digest of channel, method, path, body and the client's key, where the client sent one. */
  readonly idempotency?: Hex | undefined;
  /** Who the request says the channel's sender is, where it says so. */
  readonly sender?: Address | undefined;
}

/** Why the ledger refuses; part of the closed set of the wire. */
export type LedgerRefusal =
  | "channel-not-found"
  | "channel-not-confirmed"
  | "wrong-terms"
  | "invalid-signature"
  | "balance-exceeds-deposit"
  | "insufficient-payment"
  | "channel-closing"
  | "channel-closed"
  | "busy"
  | "chain-unavailable"
  | "store-unavailable";

/** The state of a channel for its own sender. */
export interface SenderView {
  readonly channelId: Hex;
  readonly sender: Address;
  readonly accepted: bigint;
  readonly spent: bigint;
  /** Confirmed. */
  readonly deposit: bigint;
  /** The signature of `accepted`; undefined where what is accepted was settled by others. */
  readonly signature: Hex | undefined;
}

/** Durable: the content may be served. Must be followed by `finish` or `undo`. */
export interface Paid {
  readonly kind: "paid";
  readonly charge: ChargeId;
  readonly channelId: Hex;
  readonly sender: Address;
  readonly price: bigint;
  readonly balance: bigint;
  readonly accepted: bigint;
  readonly spent: bigint;
  readonly deposit: bigint;
}

/** Nothing was charged. */
export interface Refused {
  readonly kind: "refused";
  readonly code: LedgerRefusal;
  /** Confirmations that the opening lacks, with `channel-not-confirmed`. */
  readonly missingConfirmations?: number | undefined;
  /** Only for who proved, by a signature for more than was ever published, to be the channel's sender side. */
  readonly view?: SenderView | undefined;
}

/** Paid for before, under the same `Idempotency-Key`. Nothing was charged again. */
export interface Repeated {
  readonly kind: "repeated";
  /** Undefined: still in the making, or too big to keep (409). */
  readonly answer: StoredAnswer | undefined;
  readonly view: SenderView;
}

/** What the ledger says to a payment. */
export type Verdict = Paid | Refused | Repeated;

/** The pieces of a sender's `CloseRequest` for a channel of ours. */
export interface PresentedCloseRequest {
  readonly channelId: Hex;
  readonly amount: bigint;
  /** Unix seconds. */
  readonly deadline: bigint;
  readonly signature: Hex;
}

/** Signs for the receiver side: a raw key, or whatever else gives an agreement's signature. */
export type AgreementSigner = (agreement: {
  readonly channelId: Hex;
  readonly amount: bigint;
  readonly deadline: bigint;
}) => Hex | Promise<Hex>;

/** The answer to a `CloseRequest`. */
export type CloseVerdict =
  | { readonly kind: "agreed"; readonly amount: bigint; readonly deadline: bigint; readonly signature: Hex }
  | { readonly kind: "refused"; readonly code: "channel-not-found" | "channel-not-confirmed" | "wrong-terms" }
  | { readonly kind: "refused"; readonly code: "channel-closed" | "invalid-signature" | "expired" }
  | { readonly kind: "refused"; readonly code: "chain-unavailable" | "store-unavailable" | "no-signer" }
  /** `spent` is the least that is agreed to; stated to the sender side only. */
  | { readonly kind: "refused"; readonly code: "amount-below-spent"; readonly spent: bigint }
  | { readonly kind: "refused"; readonly code: "amount-exceeds-deposit"; readonly deposit: bigint }
  /** After losing the store, a channel that has not paid since: what it spent is not known. */
  | { readonly kind: "refused"; readonly code: "spent-unknown" };

/** Accepts proofs, charges, and ends channels. The authority on what may be served. */
export interface Ledger {
  readonly manager: Manager;
  readonly terms: OurTerms;
  /** Takes a proof for a purchase. Never rejects: a broken store is a refusal. */
  pay(proof: PresentedProof, purchase: Purchase): Promise<Verdict>;
  /** The request is answered for good; `answer` is kept for repeats under an `Idempotency-Key`. Never rejects. */
  finish(charge: ChargeId, answer?: StoredAnswer): Promise<void>;
  /** Takes the charge back; false where it was finished or undone before, or the store fails. Never rejects. */
  undo(charge: ChargeId): Promise<boolean>;
  /** Whether payments are taken at all: `chain-unavailable`, or undefined. */
  unavailable(): "chain-unavailable" | undefined;
  /** Whether a channel bears our terms; says nothing of its deposit or state. */
  ours(terms: Terms): boolean;
  /** A channel as stored now. @throws StoreUnavailable */
  channel(id: Hex): Promise<ChannelRecord | undefined>;
}
