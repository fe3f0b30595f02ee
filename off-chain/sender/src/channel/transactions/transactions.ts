import type { Book, ChannelName } from "../../book/book.ts";
import type { Account } from "../../book/sent.ts";
import type { Chain, Chains } from "../chain.ts";
import type { Wallet } from "../wallet.ts";
import type { GasOptions } from "./fees.ts";
import { lookAt } from "./look.ts";
import type { FeeRise } from "./options.ts";
import { Outbox } from "./outbox.ts";

/** What the transactions of a wallet are sent with. */
export interface TransactionsOptions {
  readonly book: Book;
  readonly chains: Chains;
  readonly wallet: Wallet;
  readonly gas: GasOptions;
  readonly onFeeRaised: (rise: FeeRise) => void;
}

/** The transactions of one wallet: they share its nonces and its allowances, so that one caller at a time sends them. */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #outboxes = new Map<Chain, Outbox>();

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  /**
   * Does work that sends transactions, while nobody else who shares the book does, and once what was under way is over.
   * @throws SenderError `chain` where that does not get mined.
   */
  alone<T>(chainId: bigint, work: (outbox: Outbox) => Promise<T>): Promise<T> {
    return this.together(chainId, async (outbox) => {
      await outbox.finish();
      return work(outbox);
    });
  }

  /** The same beside what is under way: for work in which no transaction depends on another one. */
  async together<T>(chainId: bigint, work: (outbox: Outbox) => Promise<T>): Promise<T> {
    const outbox = await this.#outbox(chainId);
    const name = `transactions:${chainId}:${outbox.address}`;
    return this.#options.book.store.exclusive(name, () => work(outbox));
  }

  /** Waits until nothing is under way on a chain. @throws SenderError `chain` where that does not get mined. */
  async settle(chainId: bigint): Promise<void> {
    if ((await this.#options.book.sent(this.#accountOn(chainId))).length > 0) {
      await this.alone(chainId, () => Promise.resolve());
    }
  }

  /** Waits for a deposit into a channel that is under way, in this process or left by another. @returns whether there was one. */
  async awaitDeposit({ chainId, id }: Pick<ChannelName, "chainId" | "id">): Promise<boolean> {
    const account = this.#accountOn(chainId);
    const sent = (await this.#options.book.sent(account)).find(({ deposits }) => deposits === id);
    if (sent === undefined) return false;
    const look = await lookAt(await this.#options.chains.get(chainId), account.address, sent);
    await this.settle(chainId);
    return look.kind !== "mined" && look.kind !== "gone";
  }

  #accountOn(chainId: bigint): Account {
    return { chainId, address: this.#options.wallet.address };
  }

  /** One for each chain: it knows when it sent what. */
  async #outbox(chainId: bigint): Promise<Outbox> {
    const { book, chains, wallet, gas, onFeeRaised } = this.#options;
    const chain = await chains.get(chainId);
    let outbox = this.#outboxes.get(chain);
    if (outbox === undefined) {
      const [account, signer] = [this.#accountOn(chainId), wallet.connect(chain.provider)];
      outbox = new Outbox({ book, chain, account, signer, gas, onFeeRaised });
      this.#outboxes.set(chain, outbox);
    }
    return outbox;
  }
}
