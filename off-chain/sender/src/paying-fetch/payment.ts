import type { Offer } from "@rmps/wire";
import { charge, doubt, learn, lose, refuse } from "../book/moves.ts";
import type { ChannelRecord } from "../book/record.ts";
import type { Channels } from "../channel/channels.ts";
import { OutcomeUnknownError, PaymentRefusedError } from "../errors.ts";
import { backoff } from "../http/again.ts";
import { readRefusal, receiptIn, type Refusal } from "../http/dialect.ts";
import { isIdempotent, send, type PreparedRequest } from "../http/request.ts";
import type { SenderEvent } from "./events.ts";
import { isInArrears } from "./arrears.ts";
import { neverLeft, pause } from "./network.ts";
import { isOurProof, paymentHeaders } from "./proof.ts";
import { reactTo, type Patience } from "./refusal.ts";

/** What a payment takes. */
export interface PaymentContext {
  channels: Channels;
  fetch: typeof fetch;
  patience: Patience;
  report: (event: SenderEvent) => void;
  /** A balance for the request, durable in the book; undefined where the channel takes no more payments. */
  reserve: () => Promise<bigint | undefined>;
  /** Told of what is paid for earlier requests on the receiver's word. @throws LimitExceededError where it is too much. */
  conceded: (amount: bigint) => void;
}

/** What became of a payment on one channel. */
export type Outcome =
  | { kind: "answered"; response: Response; cost: bigint }
  | { kind: "dearer"; refusal: Refusal } // the price is another one now: it must pass the limits again
  | { kind: "ended"; refusal: Refusal }; // the channel takes no more payments

/** How often one request learns from a receiver that we signed more than we remember, or that its balance is used. */
const LESSONS = 3;

/** Pays for one request on one channel, and keeps the book of it. */
export class Payment {
  readonly #context: PaymentContext;
  readonly #channel: ChannelRecord;
  readonly #offer: Offer;
  /** Whether a request left of which nobody can say what became of it. */
  lost = false;

  constructor(context: PaymentContext, channel: ChannelRecord, offer: Offer) {
    this.#context = context;
    this.#channel = channel;
    this.#offer = offer;
  }

  /**
   * @throws OutcomeUnknownError where it left and no answer came; PaymentRefusedError where the receiver keeps refusing;
   * SenderError; and what `fetch` throws where the request never left.
   */
  async make(request: PreparedRequest): Promise<Outcome> {
    for (let lesson = 0; ; lesson++) {
      const balance = await this.#context.reserve();
      if (balance === undefined) return { kind: "ended", refusal: ENDED_HERE };
      const outcome = await this.#attempt(request, balance);
      if (outcome !== "learned") return outcome;
      if (lesson === LESSONS) {
        throw new PaymentRefusedError("insufficient-payment", 402, "Close the channel (rmps close) and open another.");
      }
    }
  }

  #change<T>(move: (record: ChannelRecord) => T): Promise<T> {
    return this.#context.channels.book.change(this.#channel, move);
  }

  #note<T>(move: (record: ChannelRecord) => T): Promise<T | undefined> {
    return this.#context.channels.book.note(this.#channel, move);
  }

  /** Sends the request with one balance until it is answered, and settles the balance in the book. */
  async #attempt(request: PreparedRequest, balance: bigint): Promise<Outcome | "learned"> {
    let left = false; // whether a request with this proof may have reached the receiver and been charged
    try {
      const { wallet } = this.#context.channels;
      const headers = await paymentHeaders(wallet, this.#channel, balance, this.#offer.price);
      const started = Date.now();
      for (let attempt = 0; ; attempt++) {
        let response: Response;
        let refusal: Refusal | undefined;
        try {
          response = await send(request, this.#context.fetch, headers);
          refusal = await readRefusal(response);
        } catch (error) {
          if (!left && neverLeft(error)) throw error;
          left = true;
          request.signal.throwIfAborted();
          if (!isIdempotent(request) || attempt >= this.#context.patience.retries) {
            throw new OutcomeUnknownError(this.#offer.price, error);
          }
          await pause(backoff(attempt), request.signal);
          continue;
        }
        // Repeated, and told so: it was charged, and its answer is lost.
        if (left && (refusal?.code === "insufficient-payment" || response.status === 409)) {
          throw new OutcomeUnknownError(this.#offer.price, new Error(`HTTP ${response.status} to its repetition`));
        }
        if (refusal === undefined) {
          left = true; // whatever goes wrong from now on
          return await this.#answered(request, balance, response);
        }
        void response.body?.cancel();
        const learned = await this.#learn(balance, refusal);
        if (learned !== undefined) return learned;
        const reaction = reactTo(refusal, attempt, Date.now() - started, this.#context.patience);
        const again = reaction.kind === "again";
        this.#context.report({ kind: "refused", url: request.url.href, code: refusal.code, again });
        if (reaction.kind === "give-up") throw new PaymentRefusedError(refusal.code, refusal.status, reaction.remedy);
        if (reaction.kind === "leave") {
          this.lost ||= left;
          await this.#change((record) => (left ? lose(record, balance) : refuse(record, balance)));
          return { kind: "ended", refusal };
        }
        await pause(reaction.pause, request.signal);
      }
    } catch (error) {
      this.lost ||= left;
      await this.#note((record) => (left ? lose(record, balance) : refuse(record, balance)));
      throw error;
    }
  }

  async #answered(request: PreparedRequest, balance: bigint, response: Response): Promise<Outcome> {
    const { price } = this.#offer;
    const receipt = receiptIn(response.headers);
    const { status } = response;
    if (receipt === undefined && (status === 404 || status === 405)) {
      // Whether it exists is found out before any payment: this cost nothing.
      await this.#note((record) => refuse(record, balance));
      return { kind: "answered", response, cost: 0n };
    }
    if (receipt === undefined && status >= 500) {
      await this.#note((record) => doubt(record, balance));
      return { kind: "answered", response, cost: 0n };
    }
    // No receipt means the price; and no receipt can take more than that.
    const told = receipt?.cost ?? price;
    const cost = told < price ? told : price;
    const taken = await this.#note((record) => {
      charge(record, balance, cost);
      return record.charged + record.unknown;
    });
    const spent = taken ?? balance;
    this.#context.report({ kind: "paid", channel: this.#channel, url: request.url.href, cost, balance, spent });
    return { kind: "answered", response, cost };
  }

  /** What a refusal teaches. @returns undefined: nothing. */
  async #learn(balance: bigint, refusal: Refusal): Promise<Outcome | "learned" | undefined> {
    if (refusal.code !== "insufficient-payment") return undefined;
    if (await isInArrears(this.#context.channels, this.#channel, balance)) return "learned";
    const { view, offer } = refusal;
    const proven = view !== undefined && isOurProof(this.#channel, view);
    const { price } = this.#offer;
    const lesson = proven ? await this.#change((record) => learn(record, balance, price, view)) : undefined;
    if (lesson !== undefined) {
      this.#context.conceded(lesson.conceded);
      return "learned";
    }
    if (offer !== undefined && offer.price > this.#offer.price) {
      await this.#change((record) => refuse(record, balance));
      return { kind: "dearer", refusal };
    }
    return undefined;
  }
}

const ENDED_HERE: Refusal = {
  code: "channel-closing",
  status: 402,
  offer: undefined,
  view: undefined,
  retryAfter: undefined,
};
