import type { Address, Hex } from "@rmps/proofs";

/** What is paid for gas, in wei per gas. Without a tip: a chain that knows no EIP-1559, where it is the whole price. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint | undefined;
}

/** A transaction of an account that is under way: it may be mined, or not, under any of its hashes. */
export interface SentTransaction extends Fees {
  /** What it is for, as the beginning of a message: `depositing`. */
  readonly doing: string;
  /** Id of the channel that it deposits into; undefined: it does something else. */
  readonly deposits: Hex | undefined;
  /** Id of the channel that it settles; absent: it does something else. */
  readonly settles?: Hex;
  readonly to: Address;
  readonly data: Hex;
  readonly gasLimit: bigint;
  readonly nonce: number;
  /** A wallet sent it, and no node has shown it yet: nonce, gas and fees are not known but guessed. Absent: they are known. */
  readonly isGuess?: true;
  /** Of the transaction, and of all that replaced it with a higher fee; the dearest is the last. */
  readonly hashes: readonly Hex[];
}

/** The part of a book that is about transactions. */
export interface UnderWay {
  /** Transactions under way, by `CHAIN:ACCOUNT`, the lowest nonce first: another process goes on with them. Absent: none. */
  underWay?: Map<string, readonly SentTransaction[]>;
}

/** An account on one chain. */
export interface Account {
  readonly chainId: bigint;
  readonly address: Address;
}

const keyOf = ({ chainId, address }: Account) => `${chainId}:${address}`;

/** What an account has under way, the lowest nonce first. */
export function sentBy(state: UnderWay, account: Account): readonly SentTransaction[] {
  return state.underWay?.get(keyOf(account)) ?? [];
}

/** Notes what an account has under way, instead of what it had with the same nonce, or under the same hash. */
export function noteSent(state: UnderWay, account: Account, transaction: SentTransaction): void {
  const others = sentBy(state, account).filter(
    ({ nonce, hashes }) => nonce !== transaction.nonce && !hashes.some((hash) => transaction.hashes.includes(hash)),
  );
  put(
    state,
    account,
    [...others, transaction].sort((a, b) => a.nonce - b.nonce),
  );
}

/** Notes that a transaction is not under way any more. What another process sent meanwhile with its nonce stays. */
export function forgetSent(state: UnderWay, account: Account, { hashes }: Pick<SentTransaction, "hashes">): void {
  const isOther = (other: SentTransaction) => !other.hashes.some((hash) => hashes.includes(hash));
  put(state, account, sentBy(state, account).filter(isOther));
}

function put(state: UnderWay, account: Account, transactions: readonly SentTransaction[]): void {
  state.underWay ??= new Map();
  if (transactions.length === 0) state.underWay.delete(keyOf(account));
  else state.underWay.set(keyOf(account), transactions);
}
