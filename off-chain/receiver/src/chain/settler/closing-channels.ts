import type { Hex } from "@rmps/proofs";
import { CLOSED, type ChannelRecord } from "../../store/channel.ts";
import type { ChannelFilter, Store } from "../../store/store.ts";

/** Milliseconds between two complete looks at the store, in case that anything was missed. */
const RELOAD = 600_000;

/** Milliseconds between two looks for agreements: nothing about these is a matter of seconds. */
const AGREED = 10_000;

/** All channels that match, page by page. @throws StoreUnavailable */
export async function allChannels(store: Store, filter: ChannelFilter): Promise<ChannelRecord[]> {
  const found: ChannelRecord[] = [];
  for (;;) {
    const after = found.at(-1)?.id;
    const page = await store.channels({ ...filter, limit: 1000, ...(after === undefined ? {} : { after }) });
    found.push(...page);
    if (page.length < 1000) return found;
  }
}

/**
 * Which channels are being closed. Rounds are frequent and channels many, so the store is searched once, and from then
 * on only what changed is looked at.
 */
export class ClosingChannels {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #ids = new Set<Hex>();
  #changed = new Set<Hex>();
  #loadedAt: number | undefined;
  #agreedAt = -Infinity;

  /** @param now Unix milliseconds. */
  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Notes channels whose facts changed. */
  note(changed: readonly Hex[]): void {
    for (const id of changed) this.#changed.add(id);
  }

  /** Forgets everything: another node may have read the chain meanwhile. */
  forget(): void {
    this.#loadedAt = undefined;
  }

  /** Channels that somebody asked to close and that are not closed, as they are now. @throws StoreUnavailable */
  async requested(): Promise<ChannelRecord[]> {
    const now = this.#now();
    if (this.#loadedAt === undefined || now - this.#loadedAt > RELOAD) {
      this.#ids.clear();
      for (const { id } of await allChannels(this.#store, { status: "closing" })) this.#ids.add(id);
      this.#loadedAt = now;
    }
    const changed = this.#changed;
    this.#changed = new Set();
    for (const id of changed) this.#ids.add(id);
    const found: ChannelRecord[] = [];
    for (const id of this.#ids) {
      const channel = await this.#store.channel(id);
      if (channel !== undefined && channel.closesAt !== 0 && channel.closesAt !== CLOSED) found.push(channel);
      else this.#ids.delete(id);
    }
    return found;
  }

  /** Channels with an agreement that nobody has submitted. @throws StoreUnavailable */
  async agreed(): Promise<ChannelRecord[]> {
    const now = this.#now();
    if (now - this.#agreedAt < AGREED) return [];
    this.#agreedAt = now;
    const all = await allChannels(this.#store, { agreed: true });
    return all.filter(({ closesAt }) => closesAt === 0);
  }
}
