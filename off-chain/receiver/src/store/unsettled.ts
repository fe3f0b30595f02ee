import type { Hex } from "@rmps/proofs";

/** Since when something has been unsettled on a channel, as the settler saw it. */
export interface UnsettledMark {
  readonly channelId: Hex;
  /** What was settled then: once it is more, whatever is unsettled is younger. */
  readonly settled: bigint;
  /** Unix seconds on the chain's clock. */
  readonly since: number;
}

/** The settler's marks: a restart, or another node that takes over, goes on from them. */
export interface UnsettledStore {
  all(): Promise<UnsettledMark[]>;
  /** Puts marks, each in place of that of its channel, and removes those of other channels; in one step. */
  change(marks: readonly UnsettledMark[], gone: readonly Hex[]): Promise<void>;
}
