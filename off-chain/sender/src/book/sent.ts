import type { Address, Hex } from "@rmps/proofs";
import type { BookState } from "./record.ts";

/** What is paid for gas, in wei per gas. Without a tip: a chain that knows no EIP-1559, where it is the whole price. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint | undefined;
}

/**
 * The transaction of an account that is under way: it may be mined, or not, under any of its hashes. There is one at most
 * on each chain, for the next one waits for it.
 */
export interface SentTransaction extends Fees {
  /** What it is for, as the beginning of a message: `depositing`. */
  readonly doing: string;
  /** Id of the channel that it deposits into; undefined: it does something else. */
  readonly deposits: Hex | undefined;
  readonly to: Address;
  readonly data: Hex;
  readonly gasLimit: bigint;
  readonly nonce: number;
  /** Of the transaction, and of all that replaced it with a higher fee; the dearest is the last. */
  readonly hashes: readonly Hex[];
}

/** An account on one chain. */
export interface Account {
  readonly chainId: bigint;
  readonly address: Address;
}

const keyOf = ({ chainId, address }: Account) => `${chainId}:${address}`;

/** What an account has under way, or undefined. */
export function sentBy(state: BookState, account: Account): SentTransaction | undefined {
  return state.sent?.get(keyOf(account));
}

/** Notes what an account has under way; undefined: nothing any more. */
export function noteSent(state: BookState, account: Account, transaction: SentTransaction | undefined): void {
  state.sent ??= new Map();
  if (transaction === undefined) state.sent.delete(keyOf(account));
  else state.sent.set(keyOf(account), transaction);
}
