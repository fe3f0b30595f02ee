import type { Head } from "../store/chain.ts";
import type { LedgerOptions } from "./types.ts";

/** Hardhat's and anvil's chain: blocks come when there is something to do, and nothing is ever final. */
export const DEVELOPMENT_CHAIN = 31337n;

/**
 * Whether the chain was seen alive recently enough to sell: a close that we do not see, we cannot answer. It may be
 * silent for a quarter of the shortest challenge period.
 * @returns a check of the head at a time in Unix milliseconds.
 */
export function chainCheck({ manager, terms, liveness }: LedgerOptions) {
  const counts = liveness ?? (manager.chainId === DEVELOPMENT_CHAIN ? "read" : "moved");
  const patience = (terms.minChallengePeriod * 1000) / 4;
  return (head: Head | undefined, now: number): boolean =>
    head !== undefined && now - (counts === "read" ? head.readAt : head.movedAt) <= patience;
}
