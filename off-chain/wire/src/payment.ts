import type { Address, Hex } from "@rmps/proofs";

/** The dialects, by their names in configuration: RDN headers, the `Payment` authentication scheme, x402 version 2. */
export const DIALECTS = ["rdn", "payment", "x402"] as const;

/** One of `DIALECTS`. */
export type DialectName = (typeof DIALECTS)[number];

/** What a request says about the channel it pays with, beyond its id. Whoever serves it checks what is there. */
export interface Claims {
  readonly chainId?: bigint;
  readonly contract?: Address;
  readonly token?: Address;
  readonly receiver?: Address;
  readonly sender?: Address;
}

/** A balance proof on its way: its form is checked, its signature is not. */
export interface Proof {
  readonly channelId: Hex;
  /** Cumulative total in the token's smallest unit; a `uint256`. */
  readonly balance: bigint;
  /** 65 bytes in canonical form. */
  readonly signature: Hex;
}

/** In the `Payment` dialect: a challenge of ours that came back with a payment. Whoever serves the request compares it with the request. */
export interface EchoedChallenge {
  readonly id: string;
  /** Unix milliseconds until which it can be answered. */
  readonly expires: number;
  /** Method and path of the request that was challenged. */
  readonly method: string;
  readonly path: string;
  /** Digest of the body that was challenged, if it was bound. */
  readonly digest?: string;
}

/** A payment as it came with a request. */
export interface Payment extends Proof {
  readonly dialect: DialectName;
  /** The most that the request may be charged, in the token's smallest unit. */
  readonly maxPrice?: bigint;
  readonly claims: Claims;
  /** In the `Payment` dialect: the challenge that was answered, already known to be one of ours. */
  readonly challenge?: EchoedChallenge;
}

/** What the headers of a request say about payment. */
export type Reading =
  | { readonly kind: "none" }
  | { readonly kind: "payment"; readonly payment: Payment }
  | {
      readonly kind: "malformed";
      /** Names the header at fault. */
      readonly detail: string;
      /** What to send instead. */
      readonly remedy: string;
      /** In the `Payment` dialect: the proof may be well-formed, the challenge is unknown, changed or malformed. */
      readonly challengeAtFault?: boolean;
      /** Absent where the request speaks several dialects. */
      readonly dialect?: DialectName;
    };

/** A payment to be sent. */
export interface OutgoingPayment extends Proof {
  /** The most that the request may be charged; sent where the dialect has a place for it. */
  readonly maxPrice?: bigint;
  readonly claims?: Claims;
}
