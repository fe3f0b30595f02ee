import type { Hex } from "@rmps/proofs";
import type { ChannelView, Offer, Proof } from "@rmps/wire";
import { charge, learn, lose, refuse } from "../book/moves.ts";
import { keyOf, type ChannelRecord } from "../book/record.ts";
import { SenderError } from "../errors.ts";
import { isInArrears } from "../paying-fetch/arrears.ts";
import { isOurProof, signBalance } from "../paying-fetch/proof.ts";
import type { ResolvedLimits } from "../paying-fetch/limits.ts";
import type { SessionOptions } from "../paying-fetch/options.ts";
import { openSession, type Session } from "../paying-fetch/session.ts";
import { takenBy } from "../paying-fetch/taken.ts";
import { Totals } from "../paying-fetch/totals.ts";

/** A payment that was handed to a client; what became of it is told later, or never. */
export interface Ticket extends Proof {
  offer: Offer;
  channel: ChannelRecord;
}

/**
 * Makes proofs for clients that send requests by themselves. A proof of which nothing is ever heard counts as spent: it
 * stays in the book as a request under way.
 */
export class Teller {
  readonly #options: SessionOptions;
  readonly #own: Readonly<Record<string, true>>;
  readonly #totals = new Totals();
  #session: Promise<Session> | undefined;

  /** @param own names of options that the client has for itself. */
  constructor(options: SessionOptions, own: Readonly<Record<string, true>> = {}) {
    this.#options = options;
    this.#own = own;
  }

  session(): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const attempt = openSession(this.#options, this.#own);
    attempt.catch(() => (this.#session = undefined)); // a wallet that was not there yet may be the next time
    return (this.#session = attempt);
  }

  /** Checks an offer, finds or opens the channel, and signs. @throws as a paying fetch does. */
  async pay(offer: Offer): Promise<Ticket> {
    const session = await this.session();
    const limits = await session.limitsFor(offer);
    this.#totals.check(offer, limits);
    this.#totals.add(offer, offer.price); // before anything is waited for: others may be on their way
    try {
      return await ticketFor(offer, limits, session);
    } catch (error) {
      this.#totals.add(offer, -offer.price);
      throw error;
    }
  }

  /**
   * Where the receiver says it is: there it is asked for the closing agreement one day. A wrong word costs a request to
   * a fixed path, and the agreement is checked.
   */
  async located({ channel }: Ticket, url: string): Promise<void> {
    if (!URL.canParse(url) || new URL(url).origin === channel.origin) return;
    const { origin } = new URL(url);
    await this.#note(channel, (record) => (record.origin = origin));
    channel.origin = origin;
  }

  /** The request was answered, at a cost of at most its price. */
  async served({ channel, balance, offer }: Ticket, told: bigint = offer.price): Promise<void> {
    const cost = told < offer.price ? told : offer.price;
    this.#totals.add(offer, cost - offer.price);
    await this.#note(channel, (record) => charge(record, balance, cost));
  }

  /** An answer came that does not say what was charged: it counts as spent. */
  async unknown({ channel, balance }: Ticket): Promise<void> {
    await this.#note(channel, (record) => lose(record, balance));
  }

  /** The request was refused: its balance is offered again, unless the receiver proves that it knows better. */
  async refused({ channel, balance, offer }: Ticket, view: ChannelView | undefined): Promise<void> {
    const { channels } = await this.session();
    if (await isInArrears(channels, channel, balance)) return this.#totals.add(offer, -offer.price);
    const proven = view !== undefined && isOurProof(channel, view) ? view : undefined;
    const lesson = await channels.book.change(channel, (record) => {
      const learned = proven && learn(record, balance, offer.price, proven);
      if (learned === undefined) refuse(record, balance);
      return learned;
    });
    this.#totals.add(offer, -offer.price);
    if (lesson !== undefined) return this.#totals.add(offer, lesson.conceded);
    await this.#look(channel, offer);
  }

  /** Takes down what was heard of an answer that the client holds: it gets it, though the book cannot be written. */
  async #note(channel: ChannelRecord, move: (record: ChannelRecord) => unknown): Promise<void> {
    const { channels } = await this.session();
    await channels.book.note(channel, move);
  }

  /** Why a payment was refused is not told: perhaps because the channel has ended. The next one then takes another. */
  async #look(channel: ChannelRecord, offer: Offer): Promise<void> {
    const { channels } = await this.session();
    try {
      const now = await channels.refresh(channel);
      this.#totals.take(keyOf(now), offer, await takenBy(now, channels));
    } catch (error) {
      if (!(error instanceof SenderError)) throw error; // where the chain is out of reach, it is asked with the next refusal
    }
  }
}

/** Finds or opens the channel, and signs. */
async function ticketFor(offer: Offer, limits: ResolvedLimits, { pool, channels }: Session): Promise<Ticket> {
  for (let moves = 0; moves < 3; moves++) {
    const seat = await pool.seat(offer, limits);
    const balance = await pool.reserve(seat, offer, limits);
    if (balance === undefined) {
      pool.reject(seat);
      continue;
    }
    const { channel } = seat;
    try {
      const signature = await signBalance(channels.wallet, channel, balance);
      return { channelId: channel.id, balance, signature, offer, channel };
    } catch (error) {
      await channels.book.note(channel, (record) => refuse(record, balance));
      throw error;
    }
  }
  throw new SenderError("channel", "no channel takes payments", "Look at them: rmps channels.");
}

/** What tells a ticket apart. */
export function ticketKey({ channelId, balance }: { channelId: Hex; balance: bigint }): string {
  return `${channelId}:${balance}`;
}
