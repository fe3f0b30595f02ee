import type { Hex, Terms } from "@rmps/proofs";

/** The ways in which a sender can authorize a deposit without sending a transaction. */
export type SponsorMethod = "erc3009" | "permit2";

/** What sponsoring may cost, and what it takes; every number known and checked. */
export interface SponsorPolicy {
  /** Wei for a day, all senders together. */
  readonly budget: bigint;
  /** Wei for one transaction. */
  readonly maxCost: bigint;
  /** The least that has to be left of one deposit when the fee is off, in the token's smallest unit. */
  readonly minDeposit: bigint;
  /** Counts as spent from the first proof after the deposit, in the token's smallest unit. */
  readonly fee: bigint;
  /** What token and chain can do. */
  readonly methods: readonly SponsorMethod[];
}

/** The sender's authorization of one deposit, good for one channel only. Times in Unix seconds. */
export type Authorization =
  | {
      readonly method: "erc3009";
      readonly validAfter: bigint;
      readonly validBefore: bigint;
      /** The nonce is made of it and of the channel's id, by the contract. */
      readonly nonceSalt: Hex;
      readonly signature: Hex;
    }
  | { readonly method: "permit2"; readonly nonce: bigint; readonly deadline: bigint; readonly signature: Hex };

/** A deposit that a sender asks us to send. */
export interface SponsorRequest {
  readonly terms: Terms;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** What the sender agrees to be charged for it. */
  readonly fee: bigint;
  readonly authorization: Authorization;
}

/** Reasons that need no further facts. */
export type PlainCode =
  | "wrong-terms"
  | "method-not-supported"
  | "authorization-window"
  | "sender-busy"
  | "sender-barred"
  | "budget-exhausted"
  | "too-costly"
  | "gas-money-short"
  | "channel-closing"
  | "channel-closed"
  | "sponsorship-pending"
  | "busy"
  | "chain-unavailable"
  | "store-unavailable";

/** Why nothing is sent for a request; a closed set. */
export type SponsorRefusal = { readonly kind: "refused" } & (
  | { readonly code: PlainCode }
  /** `least` in the token's smallest unit, the fee included. */
  | { readonly code: "deposit-too-small"; readonly least: bigint }
  /** `fee` is what we ask for. */
  | { readonly code: "fee-not-ours"; readonly fee: bigint }
  /** Simulated on the chain as it is. */
  | { readonly code: "would-fail"; readonly reason: string }
  /** It was sent, and reverted. */
  | { readonly code: "sponsorship-failed"; readonly transaction: Hex | undefined }
);

/** The answer to a request. */
export type SponsorVerdict =
  | { readonly kind: "sponsored"; readonly channelId: Hex; readonly transaction: Hex; readonly fee: bigint }
  | SponsorRefusal;
