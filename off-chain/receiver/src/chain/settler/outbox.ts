import type { Address, Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { QueuedTransaction, TransactionStore } from "../../store/transactions.ts";
import { RpcError } from "../rpc/errors.ts";
import { Fates, type Situation } from "./fates.ts";
import { feeCap, firstFees, freshFees, gasLimitFor, isTooCheap, patience, raisedFees, urgency } from "./fees.ts";
import type { GasAccount } from "./gas-account.ts";

/** What shall be sent. */
export interface Order {
  readonly purpose: QueuedTransaction["purpose"];
  readonly channels: readonly Hex[];
  readonly to: Address;
  readonly data: Hex;
  /** Unix seconds by which it has to be mined, where that matters. */
  readonly deadline: number | undefined;
  /** Wei that it may cost in all; undefined: whatever it takes. */
  readonly maxCost?: bigint;
}

export interface OutboxOptions {
  readonly store: TransactionStore;
  readonly account: GasAccount;
  /** After so many milliseconds without being mined a transaction is replaced, sooner near its deadline. */
  readonly resendMs: number;
  /** Wei per gas, never more. */
  readonly maxFeePerGas?: bigint | undefined;
  readonly log: Logger;
  readonly now: () => number;
  /** Told what became of a transaction, or that its fee was raised, before that is stored: again after a crash. */
  readonly onChange?: (row: QueuedTransaction) => Promise<void>;
}

/** Gas of a transaction that does nothing. */
const CANCEL_GAS = 21_000n;

/** Sends the settler's transactions, one for each nonce, and stays with each until its block is final. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #fates: Fates;
  #front: { id: number; since: number } | undefined;
  /** Whether the node refused the last transaction because the account cannot pay for it. */
  outOfMoney = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#fates = new Fates(options.account, options.log);
  }

  /** Those that are not final, oldest first, of earlier gas accounts too. */
  unfinished(): Promise<QueuedTransaction[]> {
    return this.#options.store.unfinished();
  }

  /** Whether it was sent from the account that pays now: others have nonces of their own, and keys that we have not. */
  #isOurs = ({ from }: QueuedTransaction): boolean => from === this.#options.account.address;

  /**
   * Queues a transaction, durably, and sends it.
   * @throws RpcError where it would revert: nothing is queued then.
   */
  async send(order: Order, situation: Situation): Promise<QueuedTransaction> {
    const gas = await this.#options.account.estimate(order.to, order.data);
    return this.#add(order, gasLimitFor(gas), await this.#nextNonce(), situation);
  }

  /** Looks after everything that is not final. @throws RpcUnavailable, StoreUnavailable */
  async tend(situation: Situation): Promise<void> {
    const all = await this.unfinished();
    if (all.length === 0) return;
    const { account } = this.#options;
    const used = await account.nonce("latest");
    await this.#healGap(all.filter(this.#isOurs), used, situation);
    const pending: QueuedTransaction[] = [];
    for (const row of all) {
      const next = await this.#fates.of(row, used, situation);
      if (next !== row) {
        await this.#options.onChange?.(next);
        await this.#options.store.update(next);
      } else if (row.state === "pending" && this.#isOurs(row)) pending.push(row);
    }
    pending.sort((a, b) => a.nonce - b.nonce);
    for (const row of pending) await this.#push(row, pending, situation);
  }

  async #nextNonce(): Promise<number> {
    const queued = (await this.unfinished()).filter(this.#isOurs).map(({ nonce }) => nonce + 1);
    return Math.max(await this.#options.account.nonce("latest"), ...queued);
  }

  async #add(order: Order, gasLimit: bigint, nonce: number, situation: Situation): Promise<QueuedTransaction> {
    const { store, account, maxFeePerGas, now } = this.#options;
    const near = urgency(situation.time, order.deadline, situation.time);
    const cap = feeCap({ ...order, gasLimit }, maxFeePerGas);
    const unsigned = { ...order, gasLimit, nonce, ...firstFees(situation.market, near, cap) };
    const { hash } = account.sign(unsigned, situation.market);
    const row = await store.add({
      ...unsigned,
      from: account.address,
      hashes: [hash],
      createdAt: now(),
      sentAt: undefined,
      state: "pending",
      minedBlock: undefined,
    });
    return this.#broadcast(row, situation);
  }

  /**
   * Sends a pending transaction again once it has waited too long: with a higher fee where it is its turn, or where no
   * block takes it any more. (Raised one after the other, those would wait for so long each.) An attempt that no node
   * has taken is sent at the price of now, and not raised.
   */
  async #push(row: QueuedTransaction, queue: readonly QueuedTransaction[], situation: Situation): Promise<void> {
    const { resendMs, maxFeePerGas, now, account, store, log } = this.#options;
    const { market } = situation;
    const first = row === queue[0];
    if (first && this.#front?.id !== row.id) this.#front = { id: row.id, since: now() };
    const tooCheap = isTooCheap(row, market);
    const raises = first || tooCheap;
    // Nothing gets mined before what has the lower nonce: that is as urgent as the dispute that waits behind it.
    const dispute = raises ? queue.find((each) => each.purpose === "dispute" && each.nonce >= row.nonce) : undefined;
    const near = Math.max(...[row, dispute ?? row].map((each) => urgencyOf(each, situation)));
    const cap = dispute === undefined ? feeCap(row, maxFeePerGas) : maxFeePerGas;
    const waited = now() - Math.max(row.sentAt ?? 0, first && !tooCheap ? (this.#front?.since ?? 0) : 0);
    if (row.sentAt !== undefined && waited < patience(resendMs, near)) return;
    const change = row.sentAt === undefined ? freshFees : raises ? raisedFees : undefined;
    const fees = change?.(row, market, near, cap);
    if (fees === undefined) {
      await this.#broadcast(row, situation);
      return;
    }
    const changed = { ...row, ...fees, sentAt: undefined };
    const next = { ...changed, hashes: [...row.hashes, account.sign(changed, market).hash] };
    await this.#options.onChange?.(next);
    await store.update(next); // before it is sent: whatever gets mined, we know it
    const fee = String(fees.maxFeePerGas);
    log.info({ purpose: row.purpose, nonce: row.nonce, fee }, change === raisedFees ? "raising the fee" : "a new fee");
    await this.#broadcast(next, situation);
  }

  async #broadcast(row: QueuedTransaction, situation: Situation): Promise<QueuedTransaction> {
    const { account, store, now, log } = this.#options;
    const { raw } = account.sign(row, situation.market);
    try {
      await account.broadcast(raw);
      this.outOfMoney = false;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (error instanceof RpcError && /insufficient funds|enough funds/i.test(text)) {
        this.outOfMoney = true;
        log.error({ account: account.address }, "the gas account cannot pay for a transaction");
        return row;
      }
      // A node that knows it already, or has a dearer one, will do; what became of it, the next round sees.
      if (!/already known|known transaction|already exists|nonce.*too low|underpriced|already imported/i.test(text)) {
        log.warn({ err: error, nonce: row.nonce }, "could not send a transaction; trying again");
        return row;
      }
    }
    const sent = { ...row, sentAt: now() };
    await store.update(sent);
    return sent;
  }

  /** Fills nonces below the queue that nothing of ours has (a deep re-org, or a foreign transaction that vanished). */
  async #healGap(all: readonly QueuedTransaction[], used: number, situation: Situation): Promise<void> {
    const { account, log } = this.#options;
    const queued = new Set(all.map(({ nonce }) => nonce));
    const highest = Math.max(...queued);
    for (let nonce = used; nonce < highest; nonce++) {
      if (queued.has(nonce)) continue;
      log.warn({ nonce }, "filling a gap in the nonces");
      const nothing = {
        purpose: "cancel",
        channels: [],
        to: account.address,
        data: "0x",
        deadline: undefined,
      } as const;
      await this.#add(nothing, CANCEL_GAS, nonce, situation);
    }
  }
}

function urgencyOf({ createdAt, deadline }: QueuedTransaction, { time }: Situation): number {
  return urgency(Math.floor(createdAt / 1000), deadline, time);
}
