import type { Address, Hex, Manager } from "@rmps/proofs";
import type { DialectName } from "./payment.ts";

/** What comes with a paid answer. Amounts are in the token's smallest unit. */
export interface Receipt {
  readonly gatewayPath: string;
  /** What this request was charged. */
  readonly cost: bigint;
  readonly manager: Manager;
  readonly receiver: Address;
  readonly sender: Address;
  readonly channelId: Hex;
  /** Highest balance proven. */
  readonly accepted: bigint;
  /** What was charged on the channel in all, this request included. */
  readonly spent: bigint;
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** In the `Payment` dialect: the challenge that was answered. */
  readonly challengeId?: string;
}

/** A receipt as the sender got it. No dialect says everything, and nothing in it is proven. */
export interface ReceivedReceipt {
  readonly dialect: DialectName;
  readonly accepted: bigint;
  readonly spent: bigint;
  /** Not said in the `Payment` dialect. */
  readonly cost?: bigint;
  /** Not said in the RDN dialect. */
  readonly channelId?: Hex;
  /** Not said in the RDN dialect. */
  readonly chainId?: bigint;
  /** Not said in the `Payment` dialect. */
  readonly sender?: Address;
}

/** What the headers of an answer say about what was paid. */
export type ReceiptReading =
  | { readonly kind: "none" }
  | { readonly kind: "receipt"; readonly receipt: ReceivedReceipt }
  | { readonly kind: "malformed"; readonly detail: string; readonly dialect: DialectName };
