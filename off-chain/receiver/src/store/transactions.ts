import type { Address, Hex } from "@rmps/proofs";

/** What the settler sends transactions for. */
export const PURPOSES = ["dispute", "claim", "close", "sponsor", "cancel"] as const;

/** A transaction of the settler, from the decision to send it until it is final. Survives restarts. */
export interface QueuedTransaction {
  /** Given by the store when it is first put. */
  readonly id: number;
  /** Who pays the gas. One transaction for each nonce of an account. */
  readonly from: Address;
  readonly nonce: number;
  readonly purpose: (typeof PURPOSES)[number];
  readonly channels: readonly Hex[];
  readonly to: Address;
  readonly data: Hex;
  readonly gasLimit: bigint;
  /** Wei per gas of the latest attempt. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** Wei that it may cost in all, unless a dispute waits behind it; undefined: whatever it takes. */
  readonly maxCost?: bigint | undefined;
  /** Wei that it did cost, once it is in a block. */
  readonly cost?: bigint | undefined;
  /** Hashes of all attempts with this nonce, the latest last. */
  readonly hashes: readonly Hex[];
  /** Unix seconds by which it has to be mined, where that matters. */
  readonly deadline: number | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** When a node last took the latest attempt, Unix milliseconds; undefined: none has yet. */
  readonly sentAt: number | undefined;
  /** `pending`: to be sent or sent; `mined`: in a block, not final; `done` and `failed`: final. */
  readonly state: "pending" | "mined" | "done" | "failed";
  readonly minedBlock: number | undefined;
}

/** The queue of the settler's transactions. */
export interface TransactionStore {
  /** Adds one. @throws StoreConflict where the account's nonce is taken by another that did not fail. */
  add(transaction: Omit<QueuedTransaction, "id">): Promise<QueuedTransaction>;
  /** Replaces the one of the same id. */
  update(transaction: QueuedTransaction): Promise<void>;
  /** Those that are pending or mined, oldest first. */
  unfinished(): Promise<QueuedTransaction[]>;
}
