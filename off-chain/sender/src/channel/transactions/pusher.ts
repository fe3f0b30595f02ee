import type { Hex } from "@rmps/proofs";
import type { SentTransaction } from "../../book/sent.ts";
import { SenderError } from "../../errors.ts";
import { LOCAL_CHAIN } from "../managers.ts";
import { marketOf, raisedFees, type Market } from "./fees.ts";
import { isKnown } from "./look.ts";
import type { OutboxOptions } from "./options.ts";
import type { Post } from "./post.ts";

const RESEND_AFTER = 60_000;

/** Gas of a transaction that does nothing. */
const NOTHING_GAS = 21_000n;

/** Sends transactions anew that wait too long: at a higher fee where that helps and the limit leaves room. */
export class Pusher {
  readonly #options: OutboxOptions;
  readonly #post: Post;
  /** When this process sent a transaction last, or first saw one of an earlier one; by its first hash. */
  readonly #sentAt = new Map<Hex, number>();
  /** Since when something that is not ours has held up the lowest of ours. */
  #heldUp: { nonce: number; since: number } | undefined;

  constructor(options: OutboxOptions, post: Post) {
    this.#options = options;
    this.#post = post;
  }

  /** Another call begins: what a wallet sent, and its node does not know any more, holds nobody up then. */
  begin(): void {
    if (!this.#post.hasKey) this.#sentAt.clear();
  }

  /** Notes that a transaction is sent now. */
  note({ hashes }: SentTransaction): void {
    this.#sentAt.set(hashes[0]!, Date.now());
  }

  /**
   * @param waiting what is not mined, the lowest nonce first.
   * @param isNext  whether nothing that is not ours has to be mined before the first of them.
   * @throws SenderError `state`; of a node that does not answer the next look tells.
   */
  async push(waiting: readonly SentTransaction[], isNext: boolean): Promise<void> {
    for (const known of this.#sentAt.keys()) {
      if (!waiting.some(({ hashes }) => hashes[0] === known)) this.#sentAt.delete(known);
    }
    try {
      for (const [at, sent] of waiting.entries()) await this.#consider(sent, isNext, at === 0 && isNext);
      await this.#fillGap(waiting[0]!, isNext);
    } catch (error) {
      if (error instanceof SenderError && error.code === "state") throw error;
    }
  }

  async #consider(sent: SentTransaction, isNext: boolean, isFirst: boolean): Promise<void> {
    const { book, chain, account, gas } = this.#options;
    const { resendAfter = RESEND_AFTER } = gas;
    const sentAt = this.#sentAt.get(sent.hashes[0]!);
    if (sentAt !== undefined && Date.now() - sentAt < resendAfter) return;
    const isThere = await isKnown(chain.provider, sent);
    // A development chain that began anew; and what a wallet sent, and its node forgot, nobody here can send again.
    const isOver = this.#post.hasKey ? chain.chainId === LOCAL_CHAIN && !isNext : sentAt === undefined;
    if (!isThere && isOver) return book.forgetSent(account, sent);
    this.note(sent);
    if (!this.#post.hasKey) return;
    const isLate = sentAt !== undefined || resendAfter === 0;
    if (isLate) await this.#raise(sent, isFirst);
    else if (!isThere) await this.#post.again(await this.#post.sign(sent));
  }

  /**
   * Sends one once more. Of those that wait behind others only one that pays less than nodes ask for by now gets a higher
   * fee: it would not be mined in its turn.
   */
  async #raise(sent: SentTransaction, isFirst: boolean): Promise<void> {
    const { book, account, onFeeRaised } = this.#options;
    const market = await this.#market();
    const isCheap = sent.maxFeePerGas < market.fees.maxFeePerGas;
    const fees = isFirst || isCheap ? raisedFees(sent, market) : undefined;
    const letter = await this.#post.sign({ ...sent, ...fees });
    if (fees !== undefined) {
      await book.noteSent(account, letter.sent); // before it leaves: whatever gets mined, we know it
      const { doing, nonce, maxFeePerGas, maxPriorityFeePerGas, hashes } = letter.sent;
      onFeeRaised({ doing, nonce, maxFeePerGas, maxPriorityFeePerGas, hash: hashes.at(-1)! });
    }
    await this.#post.again(letter);
  }

  /**
   * Another program that uses the account took the nonces before ours, and its transaction is gone from the node: ours
   * would wait for ever, and is not to get a lower nonce, for under the one that it has it may be mined still. So one that
   * does nothing takes the lowest nonce that is free.
   */
  async #fillGap(first: SentTransaction, isNext: boolean): Promise<void> {
    const { book, chain, account, gas } = this.#options;
    if (isNext || !this.#post.hasKey) return void (this.#heldUp = undefined);
    const [used, taken] = await Promise.all(
      (["latest", "pending"] as const).map((tag) => chain.provider.getTransactionCount(account.address, tag)),
    );
    if (taken! > used! || used! >= first.nonce) return void (this.#heldUp = undefined);
    if (this.#heldUp?.nonce !== used) this.#heldUp = { nonce: used!, since: Date.now() };
    if (Date.now() - this.#heldUp!.since < (gas.resendAfter ?? RESEND_AFTER)) return;
    const nothing = { doing: FILLING, deposits: undefined, to: account.address, data: "0x", hashes: [] } as const;
    const { fees } = await this.#market();
    const letter = await this.#post.sign({ ...nothing, ...fees, nonce: used!, gasLimit: NOTHING_GAS });
    await book.noteSent(account, letter.sent);
    this.note(letter.sent);
    await this.#post.again(letter);
  }

  #market(): Promise<Market> {
    return marketOf(this.#options.chain.provider, this.#options.gas.maxFeePerGas);
  }
}

const FILLING = "filling a gap in the nonces";
