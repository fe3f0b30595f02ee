/** Balances remembered one by one for a channel before the lower half is forgotten. */
const WINDOW = 1024;

/**
 * The balances that can buy nothing any more: all up to a floor, and single ones above it. Each balance buys at most
 * one request, so a proof that was seen in a log or in calldata is worthless to a stranger, even where there is credit.
 */
export class Seen {
  #floor: bigint;
  #above: Set<bigint> | undefined;

  /** @param floor balances up to this one count as seen; after a restart: what is accepted. */
  constructor(floor: bigint) {
    this.#floor = floor;
  }

  has(balance: bigint): boolean {
    return balance <= this.#floor || (this.#above !== undefined && this.#above.has(balance));
  }

  add(balance: bigint): void {
    if (balance <= this.#floor) return;
    this.#above ??= new Set();
    this.#above.add(balance);
    if (this.#above.size > WINDOW) this.#forgetLowerHalf();
  }

  /** Counts everything up to `floor` as seen. */
  raise(floor: bigint): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    if (this.#above === undefined) return;
    for (const balance of this.#above) if (balance <= floor) this.#above.delete(balance);
    if (this.#above.size === 0) this.#above = undefined;
  }

  #forgetLowerHalf(): void {
    const sorted = [...this.#above!].sort((a, b) => (a < b ? -1 : 1));
    this.raise(sorted[WINDOW >> 1]!);
  }
}
