import type { Hex } from "@rmps/proofs";
import { JsonRpcSigner } from "ethers";
import type { SentTransaction } from "../../book/sent.ts";
import { nextLook } from "../chain.ts";
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

/** How often a transaction that a wallet sent is looked for. */
const LOOKS = 30;

/**
 * Makes transactions of orders. With a key they are in the book before they leave; other signers, such as a browser's
 * wallet, choose nonce and fees and send by themselves: it is in the book once they say so.
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
      const nonce = await this.#nextNonce();
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

  /** Has a signer send it that does so by itself. As soon as it says so, it is in the book; the rest may take long. */
  async #ask(order: Order): Promise<SentTransaction> {
    const { book, account, chain, signer } = this.#options;
    const { to, data } = order;
    const nonce = await this.#nextNonce();
    // That of ethers waits until it sees the transaction, and knows it all that time.
    const isRemote = signer instanceof JsonRpcSigner;
    const hash = isRemote
      ? await signer.sendUncheckedTransaction({ to, data })
      : await signer.sendTransaction({ to, data }).then((t) => t.hash);
    const unknown = { maxFeePerGas: 0n, maxPriorityFeePerGas: undefined, gasLimit: 0n, isGuess: true } as const;
    const guess: SentTransaction = { ...order, ...unknown, nonce, hashes: [hash as Hex] };
    await book.noteSent(account, guess);
    this.#pusher.note(guess);
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await nextLook(chain);
      const shown = await chain.provider.getTransaction(hash).catch(() => null);
      if (shown === null) continue;
      const { maxFeePerGas, gasPrice, maxPriorityFeePerGas, gasLimit } = shown;
      const fees = { maxFeePerGas: maxFeePerGas ?? gasPrice, maxPriorityFeePerGas: maxPriorityFeePerGas ?? undefined };
      const sent: SentTransaction = { ...order, ...fees, nonce: shown.nonce, gasLimit, hashes: guess.hashes };
      await book.noteSent(account, sent);
      return sent;
    }
    return guess;
  }

  /** After all that is under way. */
  async #nextNonce(): Promise<number> {
    const { book, account, signer } = this.#options;
    const queued = (await book.sent(account)).map(({ nonce }) => nonce + 1);
    return Math.max(await signer.getNonce("pending"), ...queued);
  }
}
