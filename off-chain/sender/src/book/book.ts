import { keyOf, type BookState, type ChannelRecord } from "./record.ts";
import { recordIn } from "./moves.ts";
import { forgetSent, noteSent, sentBy, type Account, type SentTransaction } from "./sent.ts";
import type { Store } from "./store.ts";

/** Names one channel. */
export type ChannelName = Pick<ChannelRecord, "chainId" | "contract" | "id">;

/** What a sender remembers, on top of any store. */
export class Book {
  readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  /** All channels, as they are now. */
  async channels(): Promise<ChannelRecord[]> {
    return [...(await this.store.read()).channels.values()];
  }

  /** One channel, as it is now, or undefined. */
  async find(channel: ChannelName): Promise<ChannelRecord | undefined> {
    return (await this.store.read()).channels.get(keyOf(channel));
  }

  /** One channel that has to be there. @throws SenderError `channel` */
  async known(channel: ChannelName): Promise<ChannelRecord> {
    return recordIn(await this.store.read(), channel);
  }

  /** Adds a channel; one that is known stays as it is. */
  add(record: ChannelRecord): Promise<ChannelRecord> {
    return this.store.update((state: BookState) => {
      const known = state.channels.get(keyOf(record));
      if (known !== undefined) return known;
      state.channels.set(keyOf(record), record);
      return record;
    });
  }

  /** Removes channels; those that are not there (any more) are passed over. */
  remove(channels: readonly ChannelName[]): Promise<void> {
    return this.store.update((state) => {
      for (const channel of channels) state.channels.delete(keyOf(channel));
    });
  }

  /** What an account has under way, the lowest nonce first. */
  async sent(account: Account): Promise<readonly SentTransaction[]> {
    return sentBy(await this.store.read(), account);
  }

  /** Notes a transaction that is under way, instead of one with the same nonce; durable when the promise resolves. */
  noteSent(account: Account, transaction: SentTransaction): Promise<void> {
    return this.store.update((state) => noteSent(state, account, transaction));
  }

  /** Notes that a transaction is not under way any more. */
  forgetSent(account: Account, transaction: SentTransaction): Promise<void> {
    return this.store.update((state) => forgetSent(state, account, transaction));
  }

  /** Changes one channel; the change is durable when the promise resolves. */
  change<T>(channel: ChannelName, move: (record: ChannelRecord) => T): Promise<T> {
    return this.store.update((state) => move(recordIn(state, channel)));
  }

  /**
   * Takes down what became of a request. Where the store cannot, it stays there as one under way: it counts as spent, its
   * balance is not used again, and what was paid for, or what went wrong, is not lost for that. The next payment learns of
   * the broken store.
   * @returns what `move` returned; undefined also where the store failed.
   */
  async note<T>(channel: ChannelName, move: (record: ChannelRecord) => T): Promise<T | undefined> {
    try {
      return await this.change(channel, move);
    } catch {
      return undefined;
    }
  }
}
