import type { Hex } from "@rmps/proofs";
import { min } from "../../ledger/account.ts";
import { CLOSED, type ChannelRecord } from "../../store/channel.ts";

/** When what was earned on open channels is fetched, though nobody closes. All are optional; any of them is enough. */
export interface ClaimPolicy {
  /** On one channel, as soon as this much is unsettled. In the token's smallest unit. */
  readonly threshold?: bigint;
  /** On all, as soon as this much is unsettled in total. */
  readonly exposure?: bigint;
  /**
   * On one channel, as soon as something has been unsettled for so many seconds, counted from when the settler saw it:
   * from one claim to the next, and across restarts.
   */
  readonly age?: number;
  /**
   * On all, every so many seconds, counted from 1970: what was unsettled before such a time is due after it, though
   * nobody was there to see it, or it was not worth its gas at once.
   */
  readonly every?: number;
}

/** Whether a transaction is worth its gas. */
export interface Economics {
  /** Tokens (smallest unit) that one coin of the chain (10¹⁸ wei) is worth; undefined: everything is worth its gas. */
  readonly tokensPerCoin: bigint | undefined;
  /** The gain has to be so many times the cost of the gas. */
  readonly multiple: number;
  /** Wei per gas as things are. */
  readonly gasPrice: bigint;
}

/** `multiple`, unless told otherwise. */
export const GAIN_MULTIPLE = 2;

/** Gas of a `settle` with payout, and of one row in a batch, both rounded up from docs/gas.md. */
export const SETTLE_GAS = 60_000n;
const ROW_GAS = 20_000n;

/** Rows in one batch: about 1.6 million gas and 45 kB of calldata, well within what nodes take. */
export const MAX_ROWS = 100;

/** One channel whose proof is to be submitted. Amounts are totals in the token's smallest unit. */
export interface Settlement {
  readonly channel: ChannelRecord;
  readonly amount: bigint;
  /** What the receiver gets by it. */
  readonly gain: bigint;
  /** Unix seconds by which it has to be mined; undefined where nothing presses. */
  readonly deadline: number | undefined;
}

/** Settlements that go into one transaction. */
export type Batch = readonly [Settlement, ...Settlement[]];

/**
 * What can be settled now: everything that was charged and is finished, as far as the best proof and the deposit
 * cover it; undefined where that is not more than what is settled.
 */
export function settlementOf(channel: ChannelRecord): Settlement | undefined {
  const { proof, spent, inFlight, deposit, settled, closesAt, openedBlock } = channel;
  if (proof === undefined || openedBlock === undefined || closesAt === CLOSED) return undefined;
  const amount = min(spent - inFlight, proof.balance);
  const gain = min(amount, deposit) - settled;
  if (gain <= 0n) return undefined;
  return { channel, amount, gain, deadline: closesAt === 0 ? undefined : closesAt };
}

/** The disputes that are due: settlements of closing channels. */
export function disputes(channels: readonly ChannelRecord[]): Settlement[] {
  return channels.flatMap((channel) => (channel.closesAt === 0 ? [] : (settlementOf(channel) ?? [])));
}

/** The times by which claims fall due, in Unix seconds. */
export interface ClaimTimes {
  /** When each channel began to have something unsettled. */
  readonly since: ReadonlyMap<Hex, number>;
  readonly now: number;
}

/** The claims that are due on open channels. */
export function claims(
  channels: readonly ChannelRecord[],
  policy: ClaimPolicy,
  { since, now }: ClaimTimes,
): Settlement[] {
  const possible = channels.flatMap((channel) => (channel.closesAt === 0 ? (settlementOf(channel) ?? []) : []));
  const total = possible.reduce((sum, { gain }) => sum + gain, 0n);
  const { exposure, threshold, age, every } = policy;
  const all = exposure !== undefined && total >= exposure && total > 0n;
  return possible.filter(({ channel, gain }) => {
    if (all || (threshold !== undefined && gain >= threshold)) return true;
    const from = since.get(channel.id) ?? now;
    if (age !== undefined && now - from >= age) return true;
    return every !== undefined && Math.floor(now / every) > Math.floor(from / every);
  });
}

/**
 * Groups settlements into transactions that are worth their gas: the nearest deadline first, then the highest value;
 * small ones ride along where they pay for their own row.
 */
export function batches(settlements: readonly Settlement[], economics: Economics, maxRows = MAX_ROWS): Batch[] {
  const groups = new Map<string, Settlement[]>();
  for (const settlement of settlements) {
    if (settlement.gain < worth(ROW_GAS, economics)) continue;
    const { receiver, receiverSigner, token, challengePeriod } = settlement.channel.terms;
    const key = `${receiver}${receiverSigner}${token}${challengePeriod}`;
    groups.set(key, [...(groups.get(key) ?? []), settlement]);
  }
  const found: Batch[] = [];
  for (const group of groups.values()) {
    group.sort(byUrgency);
    for (let at = 0; at < group.length; at += maxRows) {
      const batch = group.slice(at, at + maxRows) as [Settlement, ...Settlement[]];
      const gain = batch.reduce((sum, settlement) => sum + settlement.gain, 0n);
      if (gain >= worth(gasOf(batch.length), economics)) found.push(batch);
    }
  }
  return found.sort(([a], [b]) => byUrgency(a, b));
}

/** Gas that settling so many channels takes at most. */
export function gasOf(rows: number): bigint {
  return rows === 1 ? SETTLE_GAS : SETTLE_GAS + BigInt(rows) * ROW_GAS;
}

/** The least gain that is worth so much gas, in the token's smallest unit. */
export function worth(gas: bigint, { tokensPerCoin, multiple, gasPrice }: Economics): bigint {
  if (tokensPerCoin === undefined) return 0n;
  const cost = (gas * gasPrice * tokensPerCoin) / 10n ** 18n;
  return (cost * BigInt(Math.round(multiple * 100))) / 100n;
}

function byUrgency(a: Settlement, b: Settlement): number {
  const [first, second] = [a.deadline ?? Infinity, b.deadline ?? Infinity];
  if (first !== second) return first < second ? -1 : 1;
  return a.gain === b.gain ? 0 : a.gain > b.gain ? -1 : 1;
}
