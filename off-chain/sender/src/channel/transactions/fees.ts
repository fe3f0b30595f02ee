import type { Provider } from "ethers";
import type { Fees } from "../../book/sent.ts";

/** How the account's transactions are paid for. */
export interface GasOptions {
  /** The most to pay for gas, in wei per gas; by default ten times what nodes ask for at present. */
  readonly maxFeePerGas?: bigint;
  /** Milliseconds after which a transaction that is not mined is replaced by one with a higher fee; a minute by default. */
  readonly resendAfter?: number;
  /** Milliseconds after which a call waits no longer; the next one goes on with its transaction. Ten minutes by default. */
  readonly giveUpAfter?: number;
}

/** Without a limit of its own, an account pays at most so many times what nodes ask for. */
const MARKET_MULTIPLE = 10n;

/** What nodes ask for at present, and the most that is paid. */
export interface Market {
  readonly fees: Fees;
  readonly cap: bigint;
}

/** Asks a node what gas costs, and keeps within the limit. */
export async function marketOf(provider: Provider, limit: bigint | undefined): Promise<Market> {
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await provider.getFeeData();
  const tip = maxFeePerGas === null ? undefined : (maxPriorityFeePerGas ?? 0n);
  const asked = { maxFeePerGas: maxFeePerGas ?? gasPrice ?? 1n, maxPriorityFeePerGas: tip };
  const cap = limit ?? asked.maxFeePerGas * MARKET_MULTIPLE;
  return { fees: capped(asked, cap), cap };
}

/**
 * Fees for replacing a transaction that is stuck: what nodes ask for, and both fees by an eighth higher at least, for
 * nodes take a replacement only then (geth's and others' default is a tenth).
 * @returns undefined where the limit leaves no room for that.
 */
export function raisedFees(before: Fees, { fees, cap }: Market): Fees | undefined {
  const maxFeePerGas = highest(fees.maxFeePerGas, raised(before.maxFeePerGas));
  if (maxFeePerGas > cap) return undefined;
  const tip = before.maxPriorityFeePerGas;
  if (tip === undefined) return { maxFeePerGas, maxPriorityFeePerGas: undefined };
  return { maxFeePerGas, maxPriorityFeePerGas: highest(fees.maxPriorityFeePerGas ?? 0n, raised(tip)) };
}

const raised = (fee: bigint) => fee + fee / 8n + 1n;

const highest = (a: bigint, b: bigint) => (a > b ? a : b);

function capped({ maxFeePerGas, maxPriorityFeePerGas: tip }: Fees, cap: bigint): Fees {
  if (maxFeePerGas <= cap) return { maxFeePerGas, maxPriorityFeePerGas: tip };
  return { maxFeePerGas: cap, maxPriorityFeePerGas: tip === undefined || tip < cap ? tip : cap };
}
