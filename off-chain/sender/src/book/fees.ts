import type { ChannelRecord, Outstanding, SponsoredDeposit } from "./record.ts";

// What sponsored deposits cost. The chain decides: a fee is owed while its deposit is there, whatever the receiver says.

/** So many deposits that never came are remembered: who asks more often within their time forgets the oldest. */
const MOST = 16;

/**
 * Agrees to what a sponsored deposit costs, if it comes. To be durable before anybody is asked for it. Where the very same
 * is asked for at another fee, nobody can tell for which it comes: the higher one is agreed to.
 */
export function agreeTo(record: ChannelRecord, deposit: Omit<SponsoredDeposit, "made">): void {
  const known = record.authorized ?? [];
  const same = known.find(({ data }) => data === deposit.data);
  if (same !== undefined && same.fee >= deposit.fee) return;
  const others = known.filter((each) => each !== same);
  const [came, open] = [others.filter(({ made }) => made), others.filter(({ made }) => !made)];
  record.authorized = [...came, ...open.slice(1 - MOST), { ...deposit, made: false }];
}

/**
 * Takes over which sponsored deposits are on the chain: the fee of one that came is owed from now on, that of one that a
 * re-organization took away is taken back, also where a payment has counted it as spent.
 * @param isMade whether one is; undefined: nobody can tell, and it stays as it was.
 * @param isFinal whether nothing can become of one any more: it is forgotten, as it is then.
 */
export function observeDeposits(
  record: ChannelRecord,
  isMade: (deposit: SponsoredDeposit) => boolean | undefined,
  isFinal: (deposit: SponsoredDeposit) => boolean,
): void {
  const left: SponsoredDeposit[] = [];
  for (const deposit of record.authorized ?? []) {
    const made = isMade(deposit) ?? deposit.made;
    if (made !== deposit.made) owe(record, made ? deposit.fee : -deposit.fee);
    if (!isFinal(deposit)) left.push({ ...deposit, made });
  }
  if (left.length > 0) record.authorized = left;
  else delete record.authorized;
}

/** What may be deposited still by authorizations that are out, in the token's smallest unit. */
export function authorizedStill({ authorized = [] }: Pick<ChannelRecord, "authorized">): bigint {
  const most = new Map<bigint, bigint>();
  for (const { held, amount } of authorized) if (amount > (most.get(held) ?? 0n)) most.set(held, amount);
  for (const { held, made } of authorized) if (made) most.delete(held); // and with it all others of its kind
  return [...most.values()].reduce((sum, amount) => sum + amount, 0n);
}

/** A request was answered that covered the fee: the receiver has charged it. */
export function payFee(record: ChannelRecord, { fee: covered = 0n }: Outstanding): void {
  const paid = covered < record.fee ? covered : record.fee;
  record.fee -= paid;
  record.charged += paid;
}

/** @param fee below 0: it comes off what is owed still, and else off what a payment has counted as spent. */
function owe(record: ChannelRecord, fee: bigint): void {
  const due = record.fee + fee;
  record.fee = due > 0n ? due : 0n;
  if (due < 0n) record.charged = record.charged + due > 0n ? record.charged + due : 0n;
}
