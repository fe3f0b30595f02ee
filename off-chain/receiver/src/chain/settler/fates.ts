import type { Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { BlockRef } from "../../store/chain.ts";
import type { QueuedTransaction } from "../../store/transactions.ts";
import { RpcError } from "../rpc/errors.ts";
import type { Market } from "./fees.ts";
import type { GasAccount } from "./gas-account.ts";

/** The chain as the settler sees it in one round. */
export interface Situation {
  readonly market: Market;
  /** Unix seconds on the chain's clock. */
  readonly time: number;
  readonly head: BlockRef;
  /** Up to which block all events are in the store; the head itself, or below. */
  readonly read: number;
  /** Highest block whose deposits count. */
  readonly confirmed: number;
}

/**
 * Blocks on top of a transaction until it is never looked at again, and its nonce is gone for good: more than any
 * re-org that leaves the network usable (Ethereum's finality takes two epochs of 32).
 */
const FINAL = 64;

/** Finds out what became of transactions that were sent. */
export class Fates {
  readonly #account: GasAccount;
  readonly #log: Logger;
  /** At which head each mined transaction was last looked at. */
  readonly #lookedAt = new Map<number, Hex>();

  constructor(account: GasAccount, log: Logger) {
    this.#account = account;
    this.#log = log;
  }

  /**
   * What became of one: the same object where nothing did. One of another account, which paid before the gas key was
   * changed, has failed unless it is in a block: nobody here can send it again, and what it was for is decided anew.
   * @param used how many nonces of the account are used up at the head.
   * @throws RpcUnavailable
   */
  async of(row: QueuedTransaction, used: number, situation: Situation): Promise<QueuedTransaction> {
    const [account, log] = [this.#account, this.#log];
    const about = { purpose: row.purpose, nonce: row.nonce, channels: row.channels.length };
    const isOurs = row.from === account.address;
    if (isOurs && row.nonce >= used && row.state === "pending") return row;
    if (row.state === "mined" && this.#lookedAt.get(row.id) === situation.head.hash) return row;
    this.#lookedAt.set(row.id, situation.head.hash);
    const final = Math.min(situation.confirmed, situation.head.number - FINAL);
    for (const hash of row.hashes.toReversed()) {
      const receipt = await account.receipt(hash);
      if (receipt === undefined) continue;
      const { block, succeeded, gasUsed, cost } = receipt;
      if (block > situation.read) {
        // What else happened in that block is not in the books yet, which judge by it: not before the next round.
        this.#lookedAt.delete(row.id);
        return row;
      }
      if (block <= final || !succeeded) {
        this.#lookedAt.delete(row.id);
        const done = { ...row, state: succeeded ? ("done" as const) : ("failed" as const), minedBlock: block, cost };
        log[succeeded ? "info" : "warn"]({ ...about, hash, block, gas: String(gasUsed) }, `transaction ${done.state}`);
        return done;
      }
      if (row.state === "mined" && row.minedBlock === block) return row;
      return { ...row, state: "mined", minedBlock: block, cost };
    }
    if (!isOurs) {
      log.warn({ ...about, account: row.from }, "not in a block, and its account pays no more: deciding anew");
      this.#lookedAt.delete(row.id);
      return { ...row, state: "failed" };
    }
    // Its nonce went to a transaction that is not ours, for good: what it was for is decided anew.
    if ((await account.nonce(Math.max(0, final))) > row.nonce) {
      log.warn(about, "another transaction took the nonce: does someone else send from the gas account?");
      this.#lookedAt.delete(row.id);
      return { ...row, state: "failed" };
    }
    if (row.state === "pending") return row;
    log.warn(about, "a re-organization removed our transaction");
    this.#lookedAt.delete(row.id);
    const stillGood = await this.#wouldSucceed(row);
    // What it cost, it did not cost now.
    const undone = { minedBlock: undefined, cost: undefined, sentAt: undefined };
    return { ...row, ...undone, state: stillGood ? "pending" : "failed" };
  }

  /** Whether it makes sense to send it again, on the chain as it is now. */
  async #wouldSucceed({ to, data, purpose }: QueuedTransaction): Promise<boolean> {
    if (purpose === "cancel") return true;
    try {
      await this.#account.estimate(to, data);
      return true;
    } catch (error) {
      if (error instanceof RpcError) return false;
      throw error;
    }
  }
}
