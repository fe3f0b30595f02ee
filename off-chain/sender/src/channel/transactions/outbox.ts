import type { Address, Hex } from "@rmps/proofs";
import { type TransactionReceipt } from "ethers";
import type { SentTransaction } from "../../book/sent.ts";
import { nextLook } from "../chain.ts";
import { chainError } from "../chain-error.ts";
import { LOCAL_CHAIN } from "../managers.ts";
import { Dispatcher, type Call, type Order } from "./dispatcher.ts";
import { lookAt, outcomeOf, TransactionFailed, TransactionStuck, type Outcome } from "./look.ts";
import type { OutboxOptions } from "./options.ts";
import { Post } from "./post.ts";
import { Pusher } from "./pusher.ts";

const GIVE_UP_AFTER = 10 * 60_000;

/** Looks in a row that have to fail until that is said. */
const FAILURES = 3;

/**
 * The transactions of one account on one chain: to be used by one caller at a time. It sends them, and looks after them
 * until they are over. Where one that was sent with a key is not mined in time, a dearer one with the same nonce replaces
 * it, so that one of them at most ever counts. Several may be under way, each with the nonce after the one before: nothing
 * is mined before what has a lower nonce, and all may cost up to the same limit, so that none waits behind one that may
 * cost less. Other signers are the only ones who can raise the fee of what they sent.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #post: Post;
  readonly #pusher: Pusher;
  readonly #dispatcher: Dispatcher;
  #failed = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#post = new Post(options.chain, options.signer);
    this.#pusher = new Pusher(options, this.#post);
    this.#dispatcher = new Dispatcher(options, this.#post, this.#pusher);
  }

  /** The account's. */
  get address(): Address {
    return this.#options.account.address;
  }

  /** What is under way, the lowest nonce first. */
  underWay(): Promise<readonly SentTransaction[]> {
    return this.#options.book.sent(this.#options.account);
  }

  /** Waits for what is under way, sent by an earlier process, or given up before. @throws SenderError `chain` */
  async finish(): Promise<void> {
    this.#pusher.begin();
    const pause = this.#patience();
    for (;;) {
      await this.tend();
      const [first] = await this.underWay();
      if (first === undefined) return;
      await pause(first);
    }
  }

  /**
   * Sends a transaction, and waits until it is mined.
   * @param deposits id of the channel that it deposits into, if it does.
   * @throws SenderError `insufficient-funds`, `rejected` or `chain`; what is still under way stays in the book.
   */
  async send(doing: string, call: Call, deposits?: Hex): Promise<TransactionReceipt> {
    let sent = await this.submit({ doing, deposits, ...call });
    const pause = this.#patience();
    for (;;) {
      const over = await this.tend();
      const current = (await this.underWay()).find((other) => isSame(other, sent));
      const outcome = over.find((each) => isSame(each.sent, sent)) ?? (current ? undefined : await this.#missing(sent));
      if (outcome?.error !== undefined) throw outcome.error;
      if (outcome !== undefined) return outcome.receipt;
      sent = current ?? sent;
      await pause(sent);
    }
  }

  /** Sends a transaction, with the nonce after all that is under way, and waits for nothing. @throws as `send` */
  submit(order: Order): Promise<SentTransaction> {
    return this.#dispatcher.dispatch(order);
  }

  /**
   * Looks once after all that is under way, and sends anew what has waited too long.
   * @returns what is over. @throws SenderError `chain` where the node does not answer again and again.
   */
  async tend(): Promise<Outcome[]> {
    const { book, account, chain } = this.#options;
    const over: Outcome[] = [];
    const queue = await this.underWay();
    for (const [at, sent] of queue.entries()) {
      const look = await lookAt(chain, account.address, sent);
      this.#failed = look.kind === "failed" ? this.#failed + 1 : 0;
      if (look.kind === "failed") {
        if (this.#failed < FAILURES || over.length > 0) return over;
        this.#failed = 0;
        throw chainError(look.error, sent.doing);
      }
      if (look.kind === "pending") {
        await this.#pusher.push(queue.slice(at), look.isNext); // what comes after it is pending, too
        return over;
      }
      const outcome = outcomeOf(sent, look);
      if (outcome === undefined) continue;
      await book.forgetSent(account, sent);
      over.push(outcome);
    }
    return over;
  }

  /**
   * What became of one that is not in the book any more: another process looked after it, or the chain began anew.
   * @returns undefined where that is not shown yet.
   */
  async #missing(sent: SentTransaction): Promise<Outcome | undefined> {
    const { chain, account } = this.#options;
    const look = await lookAt(chain, account.address, sent);
    const outcome = outcomeOf(sent, look);
    if (outcome !== undefined || chain.chainId !== LOCAL_CHAIN) return outcome;
    return { sent, error: new TransactionFailed(sent, "the chain knows it no more") };
  }

  /** @returns what waits for the next look. @throws TransactionStuck once that has taken too long. */
  #patience(): (sent: SentTransaction) => Promise<void> {
    const begun = Date.now();
    return async (sent) => {
      this.checkPatience(sent, begun);
      await nextLook(this.#options.chain);
    };
  }

  /** @param since when a transaction began to be waited for, Unix milliseconds. @throws TransactionStuck if that is too long. */
  checkPatience(sent: SentTransaction, since: number): void {
    const { giveUpAfter = GIVE_UP_AFTER } = this.#options.gas;
    if (Date.now() - since >= giveUpAfter) throw new TransactionStuck(sent, this.#remedy);
  }

  /** What helps a transaction that is stuck. */
  get #remedy(): string {
    if (!this.#post.hasKey) return "Or raise its fee in the wallet.";
    if (this.#post.outOfMoney) return "The account lacks gas money: send it some native coins.";
    return "Where gas is dear, allow more: gas.maxFeePerGas, --max-gas-price.";
  }
}

/** Whether two notes are of the same transaction, however often it was replaced by a dearer one. */
const isSame = (one: SentTransaction, other: SentTransaction) => one.hashes[0] === other.hashes[0];
