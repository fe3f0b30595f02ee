import { SenderError } from "../errors.ts";
import { payFee } from "./fees.ts";
import { keyOf, spentOf, type BookState, type ChannelRecord, type Ending, type Outstanding } from "./record.ts";

// The moves of one channel's numbers, apart from stores, signatures, chain and HTTP. Each changes the record in place.

/** What came of asking for a balance to sign. */
export type Reservation =
  | { kind: "reserved"; balance: bigint }
  | { kind: "deposit-too-small"; needed: bigint } // a deposit of at least `needed` is required
  | { kind: "ended" }; // closing or closed: never paid on again

/**
 * Whether a request may go with a balance: then it, and all others under way, are covered in whatever order they arrive.
 * Each balance must be worth what is spent and the prices of the requests up to it.
 */
function covers(record: ChannelRecord, balance: bigint, price: bigint): boolean {
  const all = [...record.outstanding, { balance, price }].sort((a, b) => (a.balance < b.balance ? -1 : 1));
  let sum = record.charged + record.fee + record.unknown;
  return all.every((item) => item.balance >= (sum += item.price));
}

/** The lowest balance for a further request of `price`, and whether it was signed before. */
function nextBalance(record: ChannelRecord, price: bigint): { balance: bigint; again: boolean } {
  // A refused balance bought nothing, so that it is offered again before a higher one is signed.
  const refused = record.refused.filter((balance) => balance > record.answered).sort((a, b) => (a < b ? -1 : 1));
  const again = refused.find((balance) => covers(record, balance, price));
  if (again !== undefined) return { balance: again, again: true };
  // Each balance buys one request at most: credit is spent by signing one unit more than ever before.
  const { charged, unknown, fee, outstanding } = record;
  const needed = outstanding.reduce((sum, item) => sum + item.price, charged + unknown + fee + price);
  const fresh = record.balance + 1n;
  return { balance: needed > fresh ? needed : fresh, again: false };
}

/** Sets a balance aside for a request of at most `price`. It must be durable before the proof leaves the process. */
export function reserve(record: ChannelRecord, price: bigint): Reservation {
  if (record.status === "closing" || record.status === "closed") return { kind: "ended" };
  const { balance, again } = nextBalance(record, price);
  if (balance > record.deposit) return { kind: "deposit-too-small", needed: balance };
  if (again) record.refused.splice(record.refused.indexOf(balance), 1);
  else record.balance = balance;
  record.outstanding.push({ balance, price, ...(record.fee > 0n && { fee: record.fee }) });
  return { kind: "reserved", balance };
}

/** Takes a request off the list of those under way. @returns undefined if it is not (any more) on it. */
function answered(record: ChannelRecord, balance: bigint): Outstanding | undefined {
  const index = record.outstanding.findIndex((item) => item.balance === balance);
  return index < 0 ? undefined : record.outstanding.splice(index, 1)[0];
}

/** The request of this balance was answered at a cost of `cost`: 0 where the receiver says it undid the charge. */
export function charge(record: ChannelRecord, balance: bigint, cost: bigint): void {
  const item = answered(record, balance);
  if (item === undefined) return;
  record.charged += cost;
  payFee(record, item); // what sponsoring costs is charged with the first proof, and stays where that charge is undone
  if (balance > record.answered) record.answered = balance;
  if (balance > record.accepted) record.accepted = balance;
  record.refused = record.refused.filter((other) => other > record.answered);
}

/** The request of this balance was refused, or never left: its balance is offered again. */
export function refuse(record: ChannelRecord, balance: bigint): void {
  const isUseful = balance > record.answered;
  if (answered(record, balance) !== undefined && isUseful) record.refused.push(balance);
}

/** Nobody can say what became of the request of this balance: it counts as spent, and its balance as used. */
export function lose(record: ChannelRecord, balance: bigint): void {
  const item = answered(record, balance);
  if (item === undefined) return;
  record.unknown += item.price;
  payFee(record, item);
}

/** The request of this balance failed at the receiver's: the charge is undone, says the protocol; its balance is used. */
export function doubt(record: ChannelRecord, balance: bigint): void {
  const item = record.outstanding.find((other) => other.balance === balance);
  if (item !== undefined) record.doubtful += item.price;
  charge(record, balance, 0n);
}

/**
 * The receiver says that more is spent than we count, and proves that it knows the channel. Of what requests were
 * answered for, that is believed as far as they failed (who knows whether they were charged), and once more for the
 * price of one request in the channel's life: a receiver that lost its store knows of no credit.
 * @param price of the request under way that is not answered: the receiver does not count it.
 * @returns how much that is; 0: nothing was learned.
 */
export function concede(record: ChannelRecord, claimedSpent: bigint, price: bigint): bigint {
  const claimed = claimedSpent < record.answered ? claimedSpent : record.answered;
  const missing = claimed - (spentOf(record) - price);
  const allowance = price > record.writtenOff ? price - record.writtenOff : 0n;
  if (missing <= 0n || missing > record.doubtful + allowance) return 0n;
  const doubted = missing < record.doubtful ? missing : record.doubtful;
  record.doubtful -= doubted;
  record.writtenOff += missing - doubted;
  record.charged += missing;
  return missing;
}

/**
 * The receiver showed our own signature of `accepted`. Where that is more than we remember having signed, we lost our
 * state: the balance is taken over, and what the receiver says is spent, up to it.
 * @param price of the request under way that is not answered: the receiver does not count it.
 * @returns whether anything was learned.
 */
export function adopt(record: ChannelRecord, accepted: bigint, claimedSpent: bigint, price: bigint): boolean {
  if (accepted > record.accepted) record.accepted = accepted;
  if (accepted <= record.balance) return false;
  record.balance = accepted;
  const claimed = claimedSpent < accepted ? claimedSpent : accepted;
  const missing = claimed - (spentOf(record) - price);
  if (missing > 0n) record.charged += missing;
  record.answered = accepted; // by a process of ours that is forgotten
  record.refused = [];
  return true;
}

/**
 * What a refusal teaches that shows our own signature: that we signed more than we remember, that more is spent than we
 * count, or that the balance counts as used, though there is credit (one unit more then buys the request).
 * @param balance of the request that was refused, and `price` what it was to cost.
 * @param view    what the receiver says, its proof verified.
 * @returns undefined: nothing. Else the balance is set free, to sign anew; `conceded` was paid for no more than the word
 * of the receiver.
 */
export function learn(
  record: ChannelRecord,
  balance: bigint,
  price: bigint,
  view: { accepted: bigint; spent: bigint },
): { conceded: bigint } | undefined {
  const adopted = adopt(record, view.accepted, view.spent, price);
  const used = balance < record.answered && view.accepted - view.spent >= price;
  const conceded = adopted || used ? 0n : concede(record, view.spent, price);
  if (!adopted && !used && conceded === 0n) return undefined;
  refuse(record, balance);
  return { conceded };
}

/** What the chain says of a channel. */
export interface ChainFacts {
  deposit: bigint;
  settled: bigint;
  /** 0: open; 2³² − 1: closed; else Unix time from which it may be finalized. */
  closesAt: bigint;
}

/** `closesAt` of a closed channel. */
export const CLOSED = 2n ** 32n - 1n;

/** Takes over what the chain says: it is the authority on deposits and on the end of a channel. */
export function observe(record: ChannelRecord, facts: ChainFacts): void {
  record.deposit = facts.deposit; // none where the chain does not know it (yet, or any more)
  if (facts.closesAt === CLOSED) record.status = "closed";
  else if (facts.closesAt > 0n) record.status = "closing";
  // A re-org took the end away: it is to be ended once more.
  else if (facts.deposit > 0n && record.status === "closed") record.status = "closing";
  else if (facts.deposit > 0n && record.status === "opening") record.status = "open";
  if (record.ending !== undefined && facts.closesAt > 0n && facts.closesAt < CLOSED) {
    record.ending.closesAt = facts.closesAt;
  }
}

/** Ends payments on a channel for good. Once this is durable, its CloseRequest may leave the process. */
export function end(record: ChannelRecord, ending: Ending): void {
  record.status = "closing";
  record.ending = ending;
}

/** The record of a channel. @throws SenderError `channel` where there is none: another process forgot it meanwhile. */
export function recordIn(state: BookState, channel: Pick<ChannelRecord, "chainId" | "contract" | "id">): ChannelRecord {
  const record = state.channels.get(keyOf(channel));
  if (record !== undefined) return record;
  throw new SenderError("channel", `channel ${channel.id} is not in the book`, "List what there is: rmps channels.");
}
