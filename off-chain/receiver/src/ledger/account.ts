import { CLOSED, type ChannelRecord } from "../store/channel.ts";
import type { Charge, ChargeRefusal, End, EndOutcome } from "../store/store.ts";
import type { Seen } from "./seen.ts";

/** A channel whose numbers may move, and the balances that it has seen. */
export type Account = { -readonly [Field in keyof ChannelRecord]: ChannelRecord[Field] } & { readonly seen: Seen };

/** Why a channel takes no payment at all, whatever the proof. */
export function refusesPayments(
  channel: Pick<ChannelRecord, "openedBlock" | "closesAt" | "agreement" | "confirmedDeposit">,
): ChargeRefusal | undefined {
  if (channel.openedBlock === undefined) return "channel-not-found";
  if (channel.closesAt === CLOSED) return "channel-closed";
  if (channel.closesAt !== 0 || channel.agreement !== undefined) return "channel-closing";
  if (channel.confirmedDeposit === 0n) return "channel-not-confirmed";
  return undefined;
}

/**
 * Whether credit on the channel is unknown because the store may not have seen all its payments: it was opened before
 * the first block of the store, which was created, or restored from an old copy, later.
 */
function isRecovered(channel: Pick<ChannelRecord, "openedBlock">, firstBlock: number): boolean {
  return channel.openedBlock !== undefined && channel.openedBlock < firstBlock;
}

/**
 * Accepts a proof and charges a price: the rule of every payment. The proof's signature is verified already.
 * A proof that is good is kept even where the request is refused.
 * @returns undefined where the request may be served, once this is durable.
 */
export function charge(account: Account, { balance, signature, price }: Charge, firstBlock: number) {
  const refusal = refusesPayments(account);
  if (refusal !== undefined) return refusal;
  if (balance > account.confirmedDeposit) return "balance-exceeds-deposit";

  accept(account, balance, signature);
  // A balance of 0 promises nothing, and nothing is what it buys.
  if (balance === 0n || account.seen.has(balance)) return "insufficient-payment";

  // What sponsoring costs is charged with the first proof that comes after it, and stays if that request is undone.
  const due = price + account.fee;
  if (isRecovered(account, firstBlock)) {
    const known = max(account.spent, account.settled);
    if (balance < known + due) return "insufficient-payment";
    account.spent = balance;
  } else {
    // What a re-organization took from the deposit was promised for nothing.
    if (min(account.accepted, account.confirmedDeposit) - account.spent < due) return "insufficient-payment";
    account.spent += due;
  }
  account.fee = 0n;
  account.paid = true;
  // All that was promised is spent: whatever is still under way below it can buy nothing but what comes on top.
  if (account.spent === account.accepted) account.seen.raise(account.accepted);
  else account.seen.add(balance);
  return undefined;
}

function accept(account: Account, balance: bigint, signature: Charge["signature"]): void {
  if (balance > account.accepted) account.accepted = balance;
  if (balance > (account.proof?.balance ?? 0n)) account.proof = { balance, signature };
}

/** Takes a charge back; to be called once for each. The balance that bought it stays seen. */
export function undo(account: Account, price: bigint): void {
  account.spent -= price;
}

/**
 * The fee of a sponsored deposit that arrived, or is gone again (below 0): it comes off what is owed still, and where
 * that was charged off what was spent.
 */
export function owe(account: Account, fee: bigint): void {
  const due = account.fee + fee;
  account.fee = max(due, 0n);
  if (due < 0n) account.spent = max(account.spent + due, 0n);
}

/** Ends a channel by agreement, if the agreed amount covers what was spent, charges in flight included. */
export function end(account: Account, { agreement }: End, firstBlock: number): EndOutcome {
  const outcome = mayEnd(account, agreement.amount, firstBlock);
  if (outcome !== undefined) return outcome;
  account.agreement = agreement;
  return { kind: "ended", agreement };
}

/** What stands against (or instead of) a new agreement for `amount`; undefined where it may be given. */
export function mayEnd(channel: ChannelRecord, amount: bigint, firstBlock: number): EndOutcome | undefined {
  if (channel.agreement !== undefined) return { kind: "ended", agreement: channel.agreement };
  if (channel.openedBlock === undefined) return { kind: "refused", code: "channel-not-found" };
  if (channel.closesAt === CLOSED) return { kind: "refused", code: "channel-closed" };
  if (channel.confirmedDeposit === 0n) return { kind: "refused", code: "channel-not-confirmed" };
  if (isRecovered(channel, firstBlock) && !channel.paid) return { kind: "unknown" };
  const least = max(channel.spent, channel.settled);
  if (amount < least) return { kind: "below", spent: least };
  if (amount > channel.deposit) return { kind: "above", deposit: channel.deposit };
  return undefined;
}

/** The proof of `balance` is public, or about to be: it buys nothing any more. */
export function publish(account: Account, balance: bigint): void {
  if (balance > account.published) account.published = balance;
  account.seen.add(balance);
}

/**
 * What follows from a `settled` that rose on chain: it was promised, so it counts as accepted, and proofs up to it may
 * be public.
 * @param byProof whether it rose by a proof that was submitted. If it rose above what we have published ourselves,
 * somebody else did that, a watchtower perhaps, with whatever our best proof was.
 */
export function settle(account: Account, settled: bigint, byProof: boolean): void {
  if (settled > account.accepted) account.accepted = settled;
  account.seen.raise(settled);
  if (settled <= account.published) return;
  account.published = settled;
  if (byProof && account.proof !== undefined) publish(account, account.proof.balance);
}

/** The larger of two amounts. */
export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The smaller of two amounts. */
export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
