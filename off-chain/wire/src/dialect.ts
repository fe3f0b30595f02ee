import type { HeaderMap, HeaderSource } from "./headers.ts";
import type { Challenge, Echo, ReceivedChallenge } from "./offer.ts";
import type { DialectName, OutgoingPayment, Payment } from "./payment.ts";
import type { Receipt, ReceivedReceipt } from "./receipt.ts";

/** What of the request a challenge is bound to. */
export interface RequestContext {
  /** Absolute URL of what is sold, as the client knows it. */
  readonly url: string;
  readonly method: string;
  /** For people: what is sold. */
  readonly description?: string;
  /** Unix milliseconds until which a challenge can be answered. */
  readonly expires: number;
  /** `sha-256=:<base64>:` of the request's body, where it has one and is to be bound (`bodyDigest`). */
  readonly digest?: string;
}

/** What dialects need to know of the receiver. */
export interface DialectOptions {
  /** Secret that tells our own challenges from others, shared by all nodes of a store; the `Payment` dialect needs it. */
  readonly challengeKey?: Uint8Array;
}

/**
 * One way to speak of payment over HTTP. Encodes and decodes, and knows neither state nor prices.
 * Whatever is malformed is a `ParseError` that names the header; `wire.ts` turns it into a value.
 */
export interface Dialect {
  readonly name: DialectName;

  /** The payment in a request, or undefined where it has none in this dialect. @throws ParseError */
  readPayment(headers: HeaderSource, options: DialectOptions): Payment | undefined;

  /** The headers of a 402. */
  writeChallenge(challenge: Challenge, request: RequestContext, options: DialectOptions): HeaderMap;

  /** The headers of a paid answer. */
  writeReceipt(receipt: Receipt): HeaderMap;

  /** The challenge in a 402, or undefined where it has none in this dialect. @throws ParseError */
  readChallenge(headers: HeaderSource): ReceivedChallenge | undefined;

  /** The headers of a request that pays. @param echo from the challenge that is answered, of the same dialect. */
  writePayment(payment: OutgoingPayment, echo: Echo): HeaderMap;

  /** The receipt in a paid answer, or undefined where it has none in this dialect. @throws ParseError */
  readReceipt(headers: HeaderSource): ReceivedReceipt | undefined;
}
