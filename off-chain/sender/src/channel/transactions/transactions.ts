import type { Book, ChannelName } from "../../book/book.ts";
import type { Account } from "../../book/sent.ts";
import type { Chains } from "../chain.ts";
import type { Wallet } from "../wallet.ts";
import type { GasOptions } from "./fees.ts";
import { lookAt } from "./look.ts";
import { Outbox, type FeeRise } from "./outbox.ts";

/** What the transactions of a wallet are sent with. */
export interface TransactionsOptions {
  readonly book: Book;
  readonly chains: Chains;
  readonly wallet: Wallet;
  readonly gas: GasOptions;
  readonly onFeeRaised: (rise: FeeRise) => void;
}

/** The transactions of one wallet, one after the other: they share its nonces and its allowances. */
export class Transactions {
  readonly #options: TransactionsOptions;

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  /**
   * Does work that sends transactions, while nobody else who shares the book does, and once what was under way is over.
   * @throws SenderError `chain` where that does not get mined.
   */
  async alone<T>(chainId: bigint, work: (outbox: Outbox) => Promise<T>): Promise<T> {
    const { book, chains, wallet, gas, onFeeRaised } = this.#options;
    const chain = await chains.get(chainId);
    const account = this.#accountOn(chainId);
    return book.store.exclusive(`transactions:${chainId}:${account.address}`, async () => {
      const signer = wallet.connect(chain.provider);
      const outbox = new Outbox({ book, chain, account, signer, gas, onFeeRaised });
      await outbox.finish();
      return work(outbox);
    });
  }

  /** Waits for a deposit into a channel that is under way, in this process or left by another. @returns whether there was one. */
  async awaitDeposit({ chainId, id }: Pick<ChannelName, "chainId" | "id">): Promise<boolean> {
    const account = this.#accountOn(chainId);
    const sent = await this.#options.book.sent(account);
    if (sent === undefined || sent.deposits !== id) return false;
    const { provider } = await this.#options.chains.get(chainId);
    const look = await lookAt(provider, account.address, sent);
    await this.alone(chainId, () => Promise.resolve());
    return look.kind !== "mined" && look.kind !== "gone";
  }

  #accountOn(chainId: bigint): Account {
    return { chainId, address: this.#options.wallet.address };
  }
}
