import { ZERO_ADDRESS, type Address, type Hex, type Manager } from "@rmps/proofs";
import type { JsonObject } from "./json/members.ts";
import type { Claims, DialectName } from "./payment.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";

/** On what terms one request is sold. Amounts are in the token's smallest unit. */
export interface Offer {
  /** Where the channels API is, from the root of the same origin: `/api/1`. Only the RDN dialect says it. */
  readonly gatewayPath?: string;
  readonly price: bigint;
  readonly manager: Manager;
  readonly token: Address;
  readonly receiver: Address;
  /** Key that signs for the receiver; the zero address: the receiver itself. */
  readonly receiverSigner: Address;
  /** Seconds, that a channel must have. */
  readonly challengePeriod: number;
  /** Not said in the RDN dialect. */
  readonly suggestedDeposit?: bigint;
}

/** How a channel stands with the receiver: for whoever proved to be its sender side, and nobody else. */
export interface ChannelView {
  readonly channelId: Hex;
  readonly sender: Address;
  /** Highest balance proven. */
  readonly accepted: bigint;
  /** What was charged. */
  readonly spent: bigint;
  /** What counts of the deposit. */
  readonly deposit: bigint;
  /** Signature of the best proof, which is for `accepted`. */
  readonly proof?: Hex;
}

/** Everything that a 402 says. */
export interface Challenge {
  readonly offer: Offer;
  /** Why the payment that came was refused; absent where none came. */
  readonly refusal?: Refusal;
  readonly channel?: ChannelView;
}

/** Why a payment was refused, as far as headers say; the problem document in the body says it exactly. */
export interface Reason {
  readonly sign: "nonexisting-channel" | "insufficient-confirmations" | "invalid-balance-proof" | "invalid-amount";
  readonly missingConfirmations?: number;
}

/** A 402 as the sender got it. Nothing in it is proven; only `channel.proof` can be checked. */
export interface ReceivedChallenge {
  readonly offer: Offer;
  readonly channel?: ChannelView;
  readonly reason?: Reason;
  readonly code?: RefusalCode;
  /** What has to be sent back with a payment in the same dialect. */
  readonly echo: Echo;
}

/** The part of a challenge that a payment repeats. */
export type Echo =
  | { readonly dialect: "rdn" }
  | { readonly dialect: "payment"; readonly challenge: Readonly<Record<string, string>> }
  | { readonly dialect: "x402"; readonly accepted: JsonObject; readonly resource?: JsonObject };

/** What the headers of an answer say about its price. */
export type ChallengeReading =
  | { readonly kind: "none" }
  | { readonly kind: "challenge"; readonly challenge: ReceivedChallenge }
  | {
      readonly kind: "malformed";
      readonly detail: string;
      readonly remedy: string;
      readonly dialect: DialectName;
    };

/**
 * The first of a payment's claims that contradicts an offer; undefined where all agree.
 * @param sender of the channel that is paid with, where it is known.
 */
export function contradiction(claims: Claims, offer: Offer, sender?: Address): keyof Claims | undefined {
  const { chainId, contract } = offer.manager;
  const facts: Claims = { chainId, contract, token: offer.token, receiver: offer.receiver };
  for (const name of ["chainId", "contract", "token", "receiver"] as const) {
    if (claims[name] !== undefined && claims[name] !== facts[name]) return name;
  }
  return claims.sender !== undefined && sender !== undefined && claims.sender !== sender ? "sender" : undefined;
}

/** The key that an offer names for the receiver, or undefined where the receiver signs itself. */
export function namedSigner(offer: Offer): Address | undefined {
  return offer.receiverSigner === ZERO_ADDRESS ? undefined : offer.receiverSigner;
}
