import type { Hex } from "@rmps/proofs";
import type { SentTransaction } from "../../book/sent.ts";
import { chainError } from "../chain-error.ts";
import { marketOf } from "./fees.ts";
import { isKnown } from "./look.ts";
import type { OutboxOptions } from "./options.ts";
import type { Post } from "./post.ts";
import type { Pusher } from "./pusher.ts";

/** What a transaction calls. */
export type Call = Pick<SentTransaction, "to" | "data">;

/** What is to be sent. `doing`: what it is for, as the beginning of an error message: `depositing`. */
export type Order = Call & Pick<SentTransaction, "doing" | "deposits" | "settles">;

/**
 * Makes transactions of orders. With a key they are in the book before they leave; other signers, such as a browser's
 * wallet, choose nonce and fees and send by themselves, so that the book learns of it afterwards.
 */
export class Dispatcher {
  readonly #options: OutboxOptions;
  readonly #post: Post;
  readonly #pusher: Pusher;

  constructor(options: OutboxOptions, post: Post, pusher: Pusher) {
    this.#options = options;
    this.#post = post;
    this.#pusher = pusher;
  }

  /**
   * Sends one, with the nonce after all that is under way, and waits for nothing.
   * @throws SenderError `insufficient-funds`, `rejected` or `chain`: then it did not leave.
   */
  async dispatch(order: Order): Promise<SentTransaction> {
    const { book, account, chain, signer, gas } = this.#options;
    const { to, data } = order;
    try {
      if (!this.#post.hasKey) return await this.#ask(order);
      const { fees } = await marketOf(chain.provider, gas.maxFeePerGas);
      const estimate = await signer.estimateGas({ to, data });
      const queued = (await book.sent(account)).map(({ nonce }) => nonce + 1);
      const nonce = Math.max(await signer.getNonce("pending"), ...queued);
      const letter = await this.#post.sign({ ...order, ...fees, nonce, gasLimit: (estimate * 5n) / 4n, hashes: [] });
      const { sent } = letter;
      await book.noteSent(account, sent); // before it leaves: whatever gets mined, we know it
      this.#pusher.note(sent);
      await this.#post.broadcast(letter).catch(async (error: unknown) => {
        if (await isKnown(chain.provider, sent)) return;
        await book.forgetSent(account, sent);
        throw error;
      });
      return sent;
    } catch (error) {
      throw chainError(error, order.doing);
    }
  }

  /** Has a signer send it that does so by itself. */
  async #ask(order: Order): Promise<SentTransaction> {
    const { book, account, signer } = this.#options;
    const { to, data } = order;
    const { hash, nonce, gasLimit, ...fees } = await signer.sendTransaction({ to, data });
    const { maxFeePerGas, gasPrice, maxPriorityFeePerGas } = fees;
    const paid = { maxFeePerGas: maxFeePerGas ?? gasPrice, maxPriorityFeePerGas: maxPriorityFeePerGas ?? undefined };
    const sent = { ...order, ...paid, nonce, gasLimit, hashes: [hash as Hex] };
    await book.noteSent(account, sent);
    this.#pusher.note(sent);
    return sent;
  }
}
