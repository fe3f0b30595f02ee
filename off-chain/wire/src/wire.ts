import { ParseError } from "@rmps/proofs";
import type { Dialect, DialectOptions, RequestContext } from "./dialect.ts";
import { headerSource, type HeaderMap, type HeadersLike } from "./headers.ts";
import type { Challenge, ChallengeReading, Echo } from "./offer.ts";
import { DIALECTS, type DialectName, type OutgoingPayment, type Reading } from "./payment.ts";
import { problem, PROBLEM_MEDIA_TYPE, type Problem } from "./problem.ts";
import { ChallengeError } from "./payment-auth/challenge-id.ts";
import { paymentAuth } from "./payment-auth/payment-auth.ts";
import { rdn } from "./rdn/rdn.ts";
import type { Receipt, ReceiptReading } from "./receipt.ts";
import { statusOf } from "./refusal.ts";
import { x402 } from "./x402/x402.ts";

/** Which dialects are spoken, and what they need. */
export interface WireOptions extends DialectOptions {
  /** All but `payment` unless given; that one needs `challengeKey` and belongs on TLS or loopback only. */
  readonly dialects?: readonly DialectName[];
}

const all: Record<DialectName, Dialect> = { rdn, payment: paymentAuth, x402 };

function spoken(names: readonly DialectName[]): Dialect[] {
  return DIALECTS.filter((name) => names.includes(name)).map((name) => all[name]);
}

const known = spoken(DIALECTS);

function isParseError(error: unknown): asserts error is ParseError {
  if (!(error instanceof ParseError)) throw error;
}

/**
 * What a request's headers say about payment, in whatever dialect.
 * All dialects are looked for, offered or not: a payment that is not understood must not look like none.
 * @returns a value in any case; never throws, whatever the headers hold.
 */
export function readPayment(headers: HeadersLike, options: DialectOptions = {}): Reading {
  const source = headerSource(headers);
  let found: Reading = { kind: "none" };
  for (const dialect of known) {
    const reading = readOne(dialect, source, options);
    if (reading.kind === "none") continue;
    if (found.kind !== "none") {
      return {
        kind: "malformed",
        detail: "The request pays in several dialects at once.",
        remedy: "Send the payment headers of one dialect only.",
      };
    }
    found = reading;
  }
  return found;
}

function readOne(dialect: Dialect, source: ReturnType<typeof headerSource>, options: DialectOptions): Reading {
  try {
    const payment = dialect.readPayment(source, options);
    return payment === undefined ? { kind: "none" } : { kind: "payment", payment };
  } catch (error) {
    isParseError(error);
    const challengeAtFault = error instanceof ChallengeError;
    const { message: detail, remedy } = error;
    return { kind: "malformed", detail, remedy, dialect: dialect.name, ...(challengeAtFault && { challengeAtFault }) };
  }
}

/**
 * The headers of a 402, in all dialects offered.
 * @throws RangeError where the offer holds what cannot be sent in headers, or a dialect lacks what it needs: a
 * configuration that was not checked.
 */
export function writeChallenge(challenge: Challenge, request: RequestContext, options: WireOptions = {}): HeaderMap {
  const headers: HeaderMap = { "Cache-Control": "no-store" };
  for (const dialect of spoken(options.dialects ?? ["rdn", "x402"])) {
    Object.assign(headers, dialect.writeChallenge(challenge, request, options));
  }
  return headers;
}

/** A complete answer to a request that is not served. */
export interface RefusalAnswer {
  readonly status: 400 | 402 | 503;
  readonly headers: HeaderMap;
  /** To be sent as JSON, in whatever form the client understands. */
  readonly problem: Problem;
}

/**
 * Status, headers and problem document for a request that was refused, or that did not pay.
 * @param dialect of the request, where it tried to pay.
 */
export function writeRefusal(
  challenge: Challenge,
  request: RequestContext,
  options: WireOptions = {},
  dialect?: DialectName,
): RefusalAnswer {
  const refusal = challenge.refusal ?? { code: "payment-required" };
  const status = statusOf(refusal.code, dialect);
  const headers: HeaderMap =
    status === 402 ? writeChallenge(challenge, request, options) : { "Cache-Control": "no-store" };
  headers["Content-Type"] = PROBLEM_MEDIA_TYPE;
  if (status === 503) headers["Retry-After"] = Math.max(1, Math.ceil(refusal.retryAfter ?? 1)).toString();
  return { status, headers, problem: problem(refusal, dialect) };
}

/**
 * The headers of a paid answer, in the dialect of the request; `Cache-Control: private` replaces any other.
 * @param status of the answer: the `Payment` dialect has receipts for 2xx only, and x402 has none for a 402.
 */
export function writeReceipt(dialect: DialectName, receipt: Receipt, status = 200): HeaderMap {
  const successful = status >= 200 && status <= 299;
  const silent = (dialect === "payment" && !successful) || (dialect === "x402" && status === 402);
  return { "Cache-Control": "private", ...(!silent && all[dialect].writeReceipt(receipt)) };
}

/** The headers of a request that pays. @param echo of the challenge that is answered; plain RDN headers unless given. */
export function writePayment(payment: OutgoingPayment, echo: Echo = { dialect: "rdn" }): HeaderMap {
  return all[echo.dialect].writePayment(payment, echo);
}

/**
 * What the headers of a 402 offer, in the first dialect of `dialects` that is there.
 * @returns a value in any case; never throws, whatever the headers hold.
 */
export function readChallenge(headers: HeadersLike, dialects: readonly DialectName[] = DIALECTS): ChallengeReading {
  const source = headerSource(headers);
  for (const name of dialects) {
    try {
      const challenge = all[name].readChallenge(source);
      if (challenge !== undefined) return { kind: "challenge", challenge };
    } catch (error) {
      isParseError(error);
      return { kind: "malformed", detail: error.message, remedy: error.remedy, dialect: name };
    }
  }
  return { kind: "none" };
}

/**
 * The receipt of a paid answer, in whatever dialect.
 * @returns a value in any case; never throws, whatever the headers hold.
 */
export function readReceipt(headers: HeadersLike): ReceiptReading {
  const source = headerSource(headers);
  for (const dialect of known) {
    try {
      const receipt = dialect.readReceipt(source);
      if (receipt !== undefined) return { kind: "receipt", receipt };
    } catch (error) {
      isParseError(error);
      return { kind: "malformed", detail: error.message, dialect: dialect.name };
    }
  }
  return { kind: "none" };
}
