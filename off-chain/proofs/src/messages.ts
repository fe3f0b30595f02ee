import type { Hex } from "./hex.ts";
import type { Manager } from "./manager.ts";

/** Sender side: "the receiver may take up to `balance` in total". */
export interface BalanceProof extends Manager {
  channelId: Hex;
  /** Cumulative total over the channel's life in the token's smallest unit; a `uint256`. */
  balance: bigint;
}

/** Receiver side: "close now, I take `amount` in total". */
export interface ClosingAgreement extends Manager {
  channelId: Hex;
  /** Cumulative total over the channel's life in the token's smallest unit; a `uint256`. */
  amount: bigint;
  /** Last second in which it is good, Unix time; a `uint256`. */
  deadline: bigint;
}

/** Sender side: "start the challenge period, I concede `amount` in total". */
export interface CloseRequest extends Manager {
  channelId: Hex;
  /** Cumulative total over the channel's life in the token's smallest unit; a `uint256`. */
  amount: bigint;
  /** Last second in which it is good, Unix time; a `uint256`. */
  deadline: bigint;
}
