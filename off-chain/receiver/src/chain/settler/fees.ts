/** What one pays for gas, in wei per gas. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** The price of gas as nodes see it, in wei per gas. */
export interface Market {
  /** Of the head; undefined on chains without EIP-1559, where `tip` is the whole price. */
  readonly baseFee: bigint | undefined;
  readonly tip: bigint;
}

/**
 * Nodes take a replacement only if both fees are at least a tenth higher (geth's and others' default); an eighth
 * leaves room for those that ask for 12.5 %.
 */
const RAISE = 125n;

/** Wei per gas as things are: what economics are reckoned with. */
export function gasPrice({ baseFee, tip }: Market): bigint {
  return (baseFee ?? 0n) + tip;
}

/**
 * How near a deadline is: 0 when the transaction was decided on (or there is no deadline), 1 when the time is up.
 * All times in Unix seconds.
 */
export function urgency(decidedAt: number, deadline: number | undefined, now: number): number {
  if (deadline === undefined) return 0;
  if (now >= deadline || deadline <= decidedAt) return 1;
  return Math.max(0, (now - decidedAt) / (deadline - decidedAt));
}

/**
 * Fees for a first attempt: room for the base fee to double, and more, and a higher tip, the more urgent it is.
 * @param urgency 0 to 1.
 * @param cap never more than so many wei per gas.
 */
export function firstFees(market: Market, urgency: number, cap?: bigint): Fees {
  const tip = scaled(market.tip, 1 + 4 * urgency);
  const fee = market.baseFee === undefined ? tip : scaled(market.baseFee, 2 + 2 * urgency) + tip;
  return capped({ maxFeePerGas: fee, maxPriorityFeePerGas: tip }, cap);
}

/**
 * Fees for replacing a transaction that is stuck.
 * @returns undefined where the cap leaves no room for the rise that nodes ask for.
 */
export function raisedFees(before: Fees, market: Market, urgency: number, cap?: bigint): Fees | undefined {
  const fresh = firstFees(market, urgency);
  const fees = {
    maxFeePerGas: most(fresh.maxFeePerGas, raised(before.maxFeePerGas)),
    maxPriorityFeePerGas: most(fresh.maxPriorityFeePerGas, raised(before.maxPriorityFeePerGas)),
  };
  if (cap === undefined || fees.maxFeePerGas <= cap) return fees;
  return raised(before.maxFeePerGas) <= cap ? capped(fees, cap) : undefined;
}

/**
 * Fees for an attempt that no node has taken, for lack of money perhaps: those of now, where it offers more than twice as
 * much, or less than any block takes.
 * @returns undefined where it may go out as it is.
 */
export function freshFees(before: Fees, market: Market, urgency: number, cap?: bigint): Fees | undefined {
  const fresh = firstFees(market, urgency, cap);
  const isGood = before.maxFeePerGas <= 2n * fresh.maxFeePerGas && !isTooCheap(before, market);
  return isGood || fresh.maxFeePerGas === before.maxFeePerGas ? undefined : fresh;
}

/** The gas that a transaction is given: a quarter more than the node estimates. */
export function gasLimitFor(estimate: bigint): bigint {
  return (estimate * 5n) / 4n;
}

/**
 * The most that a transaction may pay, in wei per gas; undefined: anything.
 * @param maxCost wei that it may cost in all.
 * @param maxFeePerGas the most that any transaction may pay.
 */
export function feeCap(
  { maxCost, gasLimit }: { readonly maxCost?: bigint | undefined; readonly gasLimit: bigint },
  maxFeePerGas: bigint | undefined,
): bigint | undefined {
  const own = maxCost === undefined ? undefined : maxCost / gasLimit;
  if (own === undefined || maxFeePerGas === undefined) return own ?? maxFeePerGas;
  return own < maxFeePerGas ? own : maxFeePerGas;
}

/** Whether no block takes it as things are. */
export function isTooCheap({ maxFeePerGas }: Fees, { baseFee = 0n }: Market): boolean {
  return maxFeePerGas < baseFee;
}

/** Milliseconds after which a transaction that is not mined is replaced: sooner, the more urgent it is. */
export function patience(resendMs: number, urgency: number): number {
  return resendMs * (1 - 0.75 * urgency);
}

function raised(fee: bigint): bigint {
  return fee + (fee * RAISE) / 1000n + 1n;
}

function scaled(value: bigint, factor: number): bigint {
  return (value * BigInt(Math.round(factor * 1000))) / 1000n;
}

function capped(fees: Fees, cap: bigint | undefined): Fees {
  if (cap === undefined || fees.maxFeePerGas <= cap) return fees;
  const { maxPriorityFeePerGas } = fees;
  return { maxFeePerGas: cap, maxPriorityFeePerGas: maxPriorityFeePerGas < cap ? maxPriorityFeePerGas : cap };
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
