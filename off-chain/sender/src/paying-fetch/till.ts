import type { Offer } from "@rmps/wire";
import { keyOf, spentOf, type ChannelRecord } from "../book/record.ts";
import type { Channels } from "../channel/channels.ts";
import { PaymentRefusedError } from "../errors.ts";
import { readOffer, type Refusal } from "../http/dialect.ts";
import { mayCost, send, withIdempotencyKey, type PreparedRequest } from "../http/request.ts";
import { assertSecure } from "../http/security.ts";
import type { SenderEvent } from "./events.ts";
import type { ResolvedLimits } from "./limits.ts";
import type { OfferChecker } from "./offer-check.ts";
import { Payment, type Outcome } from "./payment.ts";
import type { Pool, Seat } from "./pool.ts";
import type { Prices } from "./prices.ts";
import { WAITS_FOR_CHAIN, type Patience } from "./refusal.ts";
import { takenBy } from "./taken.ts";
import { Totals } from "./totals.ts";

/** What a till needs. */
export interface TillOptions {
  channels: Channels;
  pool: Pool;
  prices: Prices;
  patience: Patience;
  report: (event: SenderEvent) => void;
  fetch: typeof fetch;
  allowInsecure: boolean;
  limitsFor: OfferChecker;
}

/** How often one request moves on: to a new price, or to another channel. */
const MOVES = 4;

/** Exchanges one request for its answer, and pays where it must. */
export class Till {
  readonly #options: TillOptions;
  readonly #totals = new Totals();

  constructor(options: TillOptions) {
    this.#options = options;
  }

  async exchange(request: PreparedRequest): Promise<Response> {
    const { fetch, prices } = this.#options;
    if (!mayCost(request)) return send(request, fetch);
    const known = prices.lookup(request) ?? (await this.#remembered(request));
    if (known !== undefined) return this.#pay(request, known, "remembered");
    const response = await send(request, fetch);
    if (response.status !== 402) return response;
    const offer = readOffer(response.headers);
    if (offer === undefined) return response; // it wants to be paid in another way
    void response.body?.cancel();
    return this.#pay(request, offer, "asked");
  }

  /**
   * The offer behind a channel that an earlier session used here, where the program knows the price and the channel
   * covers it: nothing is deposited without being asked.
   */
  async #remembered(request: PreparedRequest): Promise<Offer | undefined> {
    const { prices, channels } = this.#options;
    const price = prices.known(request) ?? 0n;
    if (price === 0n) return undefined;
    const { origin } = request.url;
    const covers = (record: ChannelRecord) => record.status === "open" && record.deposit - spentOf(record) >= price;
    const channel = (await channels.list()).find((record) => record.origin === origin && covers(record));
    if (channel === undefined || !covers(await channels.refresh(channel))) return undefined;
    const { chainId, contract, gatewayPath, terms } = channel;
    const { token, receiver, receiverSigner, challengePeriod } = terms;
    const where = { manager: { chainId, contract }, ...(gatewayPath !== undefined && { gatewayPath }) };
    return { ...where, price, token, receiver, receiverSigner, challengePeriod };
  }

  /** @param from whether the first offer is the answer to this request, or remembered from a while ago, or from another one. */
  async #pay(unkeyed: PreparedRequest, first: Offer, from: "asked" | "remembered"): Promise<Response> {
    const { prices, limitsFor, allowInsecure, pool } = this.#options;
    const request = withIdempotencyKey(unkeyed);
    assertSecure(request.url, allowInsecure);
    let offer = first;
    let isOld = from === "remembered";
    const visit = { hasReopened: false };
    for (let moves = 0; ; moves++) {
      const limits = await limitsFor(offer);
      this.#totals.check(offer, limits); // nothing is opened for what may not be paid
      const seat = await pool.seat(offer, limits, request.url.origin);
      const outcome = await this.#payAt(seat, request, offer, limits);
      if (outcome.kind === "answered") {
        if (outcome.response.ok) prices.learn(request, { ...offer, price: outcome.cost });
        return outcome.response;
      }
      const { refusal } = outcome;
      const again = refusal.offer ?? offer;
      if (outcome.kind === "ended") {
        prices.forget(request);
        // What is sold by somebody else here, or now, says nothing about the channel with whom it was remembered.
        if (!isOld || isBySame(again, offer)) await this.#leave(seat, again, refusal, visit);
      }
      isOld &&= refusal.offer === undefined;
      if (moves === MOVES) throw new PaymentRefusedError(refusal.code, refusal.status, "Try again later.");
      offer = again;
    }
  }

  async #payAt(seat: Seat, request: PreparedRequest, offer: Offer, limits: ResolvedLimits): Promise<Outcome> {
    const { channels, pool, patience, report, fetch } = this.#options;
    const { channel, gate } = seat;
    await gate.enter(request.signal);
    let outcome: Outcome | undefined;
    try {
      this.#totals.check(offer, limits);
      this.#totals.add(offer, offer.price);
      const reserve = () => pool.reserve(seat, offer, limits);
      const conceded = (amount: bigint) => {
        this.#totals.add(offer, amount);
        this.#totals.check({ ...offer, price: 0n }, limits); // this request is counted already
      };
      const payment = new Payment({ channels, fetch, patience, report, reserve, conceded }, channel, offer);
      try {
        await this.#remember(seat, request, offer);
        outcome = await payment.make(request);
      } finally {
        const cost = outcome?.kind === "answered" ? outcome.cost : payment.lost ? offer.price : 0n;
        this.#totals.add(offer, cost - offer.price);
      }
      return outcome;
    } catch (error) {
      if (error instanceof PaymentRefusedError && WAITS_FOR_CHAIN.has(error.reason)) pool.doubt(seat);
      throw error;
    } finally {
      gate.leave(outcome?.kind === "answered");
    }
  }

  /** Where to ask for the closing agreement one day. */
  async #remember({ channel }: Seat, { url }: PreparedRequest, offer: Offer): Promise<void> {
    const gatewayPath = offer.gatewayPath ?? channel.gatewayPath;
    if (channel.origin === url.origin && channel.gatewayPath === gatewayPath) return;
    await this.#options.channels.book.change(channel, (record) => {
      record.origin = url.origin;
      record.gatewayPath = gatewayPath;
    });
    Object.assign(channel, { origin: url.origin, gatewayPath });
  }

  /**
   * Leaves a channel on which the receiver takes no more payments. Another one is opened only where that is plausible: a
   * receiver's word alone shall not make us deposit again and again, nor is one paid once more that ended the channel to
   * be paid for what it refused.
   */
  async #leave(seat: Seat, offer: Offer, refusal: Refusal, visit: { hasReopened: boolean }): Promise<void> {
    const { channels, pool } = this.#options;
    const { code: reason, status } = refusal;
    const now = await channels.refresh(seat.channel);
    const isOtherTerms = reason === "wrong-terms" && now.terms.challengePeriod !== offer.challengePeriod;
    if (now.status === "open" && !(isOtherTerms && !visit.hasReopened)) {
      const remedy = "On chain the channel is open. Close it (rmps close), then a new one is opened.";
      throw new PaymentRefusedError(reason, status, remedy);
    }
    visit.hasReopened ||= now.status === "open"; // once for a request: who asks for another period each time gets no more
    pool.reject(seat);
    const taken = await takenBy(now, channels);
    if (taken === 0n) return;
    this.#totals.take(keyOf(now), offer, taken);
    const remedy = `It ended the channel, and took ${taken} for requests that it refused. Pay it again only if you trust it.`;
    throw new PaymentRefusedError(reason, status, remedy);
  }
}

/** Whether two offers are to be paid with the same channels, but for their challenge period. */
function isBySame(one: Offer, other: Offer): boolean {
  const { chainId, contract } = one.manager;
  return (
    other.manager.chainId === chainId &&
    other.manager.contract === contract &&
    other.token === one.token &&
    other.receiver === one.receiver &&
    other.receiverSigner === one.receiverSigner
  );
}
