import type { ChannelRecord, SenderEvent, Store } from "@rmps/sender";
import type { Account } from "./account.ts";
import { bookIn, type Database } from "./database.ts";
import type { Facts } from "./facts.ts";
import { Purse } from "./purse.ts";
import { rememberWallet, sessionKey } from "./session.ts";

/** Whoever looks at the page: the account that was chosen, and what it has with the seller. */
export class Customer {
  readonly #facts: Facts;
  readonly #database: Database;
  readonly #store: Store;
  readonly #onEvent: (event: SenderEvent) => void;
  #account: Account | undefined;
  #purse: Purse | undefined;
  /** With which is paid, or which is being closed. */
  channel: ChannelRecord | undefined;
  /** Those that can only be closed. */
  others: ChannelRecord[] = [];

  constructor(facts: Facts, database: Database, onEvent: (event: SenderEvent) => void) {
    this.#facts = facts;
    this.#database = database;
    this.#store = bookIn(database);
    this.#onEvent = onEvent;
  }

  /** Undefined: none was chosen. */
  get account(): Account | undefined {
    return this.#account;
  }

  get purse(): Purse {
    if (this.#purse === undefined) throw new Error("No wallet was chosen.");
    return this.#purse;
  }

  /** What asks for a confirmation, in a sentence. */
  get walletName(): string {
    return this.#account?.name ?? "your wallet";
  }

  /** Takes an account, and remembers it for the next visit. */
  async open(account: Account): Promise<void> {
    const key = await sessionKey(this.#database);
    const { signer: wallet, rpc } = account;
    const onEvent = this.#onEvent;
    this.#purse = await Purse.open({ facts: this.#facts, wallet, sessionKey: key, store: this.#store, rpc, onEvent });
    this.#account = account;
    rememberWallet(localStorage, { id: account.id, account: account.address });
    await this.refresh();
    this.others = await this.#purse.others();
  }

  /**
   * Lets go of the account, because its wallet gives it no more, or is on another chain: from now on nothing is read,
   * signed or shown for it.
   */
  leave(): void {
    this.#account = undefined;
    this.#purse = undefined;
    this.channel = undefined;
    this.others = [];
  }

  /** Asks the chain about the channel. */
  async refresh(): Promise<void> {
    this.channel = await this.#purse?.channel();
  }

  /** Reads again what this browser knows: another tab may have paid. */
  async reread(): Promise<void> {
    const { channel } = this;
    if (channel !== undefined) this.channel = (await this.purse.channels.book.find(channel)) ?? channel;
  }
}
