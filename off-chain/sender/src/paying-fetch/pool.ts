import { senderSide } from "@rmps/proofs";
import type { Offer } from "@rmps/wire";
import { reserve } from "../book/moves.ts";
import { keyOf, spentOf, type ChannelRecord } from "../book/record.ts";
import { isMeant, isWith } from "../channel/counterparty.ts";
import { knownManager, type Managers } from "../channel/managers.ts";
import { Deposits, type DepositsOptions } from "./deposits.ts";
import { Gate } from "./gate.ts";
import type { ResolvedLimits } from "./limits.ts";

/** What a pool is made from. */
export interface PoolOptions extends DepositsOptions {
  managers: Managers;
  maxInFlight: number;
}

/** A channel that is used in this session. */
export interface Seat {
  channel: ChannelRecord;
  gate: Gate;
}

/** Finds, adopts, opens and tops up the channels of a session: one for each counterparty, however many calls wait. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #deposits: Deposits;
  readonly #current = new Map<string, Promise<Seat>>();
  readonly #rejected = new Set<string>();
  readonly #gates = new Map<string, Gate>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#deposits = new Deposits(options);
  }

  /** The channel with which to pay an offer that was checked. @param origin of whoever makes it. */
  seat(offer: Offer, limits: ResolvedLimits, origin?: string): Promise<Seat> {
    const { manager, receiver, receiverSigner, token } = offer;
    const name = [manager.chainId, manager.contract, receiver, receiverSigner, token].join(":");
    let seat = this.#current.get(name);
    if (seat === undefined) {
      // One opening at a time for a counterparty, also among the processes that share the book.
      const { store } = this.#options.channels.book;
      const { address } = this.#options.channels.wallet;
      seat = store.exclusive(`open:${address}:${name}`, () => this.#acquire(offer, limits, origin));
      this.#current.set(name, seat);
      seat.catch(() => this.#drop(name, seat));
    }
    return seat;
  }

  /** Leaves a channel that cannot be paid on any more: the next call finds or opens another one. */
  reject({ channel }: Pick<Seat, "channel">): void {
    this.#rejected.add(keyOf(channel));
    this.doubt({ channel });
  }

  /** Looks at the chain once more before a channel is paid on again: it may have forgotten it. */
  doubt({ channel }: Pick<Seat, "channel">): void {
    const isIt = (seat: Seat) => keyOf(seat.channel) === keyOf(channel);
    for (const [name, seat] of this.#current) {
      void seat.then((other) => isIt(other) && this.#drop(name, seat)).catch(() => undefined);
    }
  }

  /**
   * Sets a balance aside for a request, and tops the deposit up where it has to: one call at a time, so that many that
   * need more share a top-up. @returns undefined where the channel takes no more payments.
   */
  async reserve({ channel }: Seat, offer: Offer, limits: ResolvedLimits): Promise<bigint | undefined> {
    const { channels } = this.#options;
    const ask = () => channels.book.change(channel, (record) => reserve(record, offer.price));
    let reservation = await ask();
    if (reservation.kind === "deposit-too-small") {
      reservation = await channels.book.store.exclusive(`top-up:${keyOf(channel)}`, async () => {
        for (let again = await ask(); ; again = await ask()) {
          if (again.kind !== "deposit-too-small") return again;
          await this.#deposits.cover(channel, offer, again.needed, limits);
        }
      });
    }
    return reservation.kind === "reserved" ? reservation.balance : undefined;
  }

  /** Waits until no channel is being found or opened. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#current.values());
  }

  /** Pays no more on a channel, and waits until no request is under way on it. */
  async retire(channel: ChannelRecord): Promise<void> {
    this.reject({ channel });
    await this.#gates.get(keyOf(channel))?.idle();
  }

  #drop(name: string, seat: Promise<Seat> | undefined): void {
    if (this.#current.get(name) === seat) this.#current.delete(name);
  }

  async #acquire(offer: Offer, limits: ResolvedLimits, origin: string | undefined): Promise<Seat> {
    const channel =
      (await this.#known(offer, limits)) ??
      (await this.#found(offer)) ??
      (await this.#deposits.open(offer, limits, origin));
    let gate = this.#gates.get(keyOf(channel));
    if (gate === undefined) this.#gates.set(keyOf(channel), (gate = new Gate(this.#options.maxInFlight)));
    return { channel, gate };
  }

  /** A channel of the book, checked against the chain. */
  async #known(offer: Offer, limits: ResolvedLimits): Promise<ChannelRecord | undefined> {
    const { channels } = this.#options;
    const candidates = (await channels.list()).filter((record) => this.#fits(record, offer, limits));
    // First those of the very period on offer, then those with most left.
    const exact = (record: ChannelRecord) => (record.terms.challengePeriod === offer.challengePeriod ? 1 : 0);
    const left = (record: ChannelRecord) => record.deposit - spentOf(record);
    candidates.sort((a, b) => exact(b) - exact(a) || (left(b) > left(a) ? 1 : -1));
    for (const candidate of candidates) {
      const now = await channels.refresh(candidate);
      if (now.status === "open" && now.deposit > 0n) return now;
    }
    return undefined;
  }

  #fits(record: ChannelRecord, offer: Offer, limits: ResolvedLimits): boolean {
    const { challengePeriod, senderSigner } = record.terms;
    return (
      (record.status === "open" || record.status === "opening") &&
      isMeant(record, offer.manager, { ...offer, challengePeriod, senderSigner }) &&
      challengePeriod >= limits.minChallengePeriod &&
      challengePeriod <= limits.maxChallengePeriod &&
      this.#options.channels.wallet.keyOf(senderSide(record.terms)) !== undefined &&
      !this.#rejected.has(keyOf(record))
    );
  }

  /** A channel from the chain's logs: the book was lost, or another machine opened it. */
  async #found(offer: Offer): Promise<ChannelRecord | undefined> {
    const { channels, managers, report } = this.#options;
    const manager = knownManager(offer.manager.chainId, managers) ?? { contract: offer.manager.contract, block: 0 };
    const known = new Set((await channels.list()).map(keyOf));
    const adopted = await channels.discover(offer.manager.chainId, manager, (terms) => isWith(terms, offer));
    const usable = adopted.filter((record) => record.status === "open" && !known.has(keyOf(record)));
    const best = usable.sort((a, b) => (b.deposit - b.charged > a.deposit - a.charged ? 1 : -1))[0];
    if (best !== undefined) report({ kind: "adopted", channel: best });
    return best;
  }
}
