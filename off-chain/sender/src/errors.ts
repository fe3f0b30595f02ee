import type { Address } from "@rmps/proofs";

/** Why a sender stopped; a closed set. Programs switch on `code`, people read `message` and `remedy`. */
export type SenderErrorCode =
  | "limit-exceeded" // the offer asks for more than the sender allows; nothing was signed
  | "insecure" // the proof would travel in the clear
  | "refused" // the receiver refuses a payment that is in order as far as the sender knows
  | "outcome-unknown" // a payment left, and nobody can say whether it was charged
  | "rejected" // the wallet's owner declined; nothing was sent
  | "insufficient-funds" // the wallet lacks tokens or gas money
  | "chain" // the chain or its RPC does not do what is needed
  | "channel" // there is no such channel, or it cannot be used for this
  | "state" // the state store cannot be read or written
  | "configuration"; // a key, an address or an option is missing or malformed

/** A message that names amounts of a token, which people want to read in whole tokens, and programs in its smallest unit. */
export interface AmountsMessage {
  readonly token: Address;
  /** The message, with each amount as `write` writes it. */
  readonly say: (write: (amount: bigint) => string) => string;
}

/** Everything that the sender throws on purpose. */
export class SenderError extends Error {
  override readonly name: string = "SenderError";
  readonly code: SenderErrorCode;
  /** What to do about it: a sentence. */
  readonly remedy: string;
  /** The message once more, where it names amounts; in `message` they are in the token's smallest unit. */
  readonly amounts: AmountsMessage | undefined;

  constructor(code: SenderErrorCode, message: string | AmountsMessage, remedy: string, options?: ErrorOptions) {
    super(typeof message === "string" ? message : message.say(String), options);
    this.code = code;
    this.remedy = remedy;
    this.amounts = typeof message === "string" ? undefined : message;
  }
}

/** The limits that an offer can exceed. */
export type LimitName =
  | "maxPrice"
  | "maxDeposit"
  | "maxLocked"
  | "maxTotal"
  | "maxSponsorFee"
  | "minChallengePeriod"
  | "maxChallengePeriod"
  | "manager"
  | "token"
  | "receiver";

type Value = bigint | number | string;

/** An offer is outside the sender's own limits. Nothing was signed and nothing was sent to the chain for it. */
export class LimitExceededError extends SenderError {
  override readonly name = "LimitExceededError";
  readonly limit: LimitName;
  /** What was asked for, and what is allowed, as text. */
  readonly asked: string;
  readonly allowed: string;

  /** @param more the token of which both are amounts, if they are; and a remedy other than to raise the limit. */
  constructor(limit: LimitName, asked: Value, allowed: Value, more: { token?: Address; remedy?: string } = {}) {
    const { token, remedy = `Nothing was signed. Raise limits.${limit} if this is what you want.` } = more;
    const say: AmountsMessage["say"] = (write) => {
      const [wants, may] = [asked, allowed].map((value) => (typeof value === "bigint" ? write(value) : value));
      return `${limit}: ${wants} is asked for, ${may} is allowed`;
    };
    super("limit-exceeded", token === undefined ? say(String) : { token, say }, remedy);
    this.limit = limit;
    this.asked = String(asked);
    this.allowed = String(allowed);
  }
}

/** The receiver keeps refusing. What the refused payments were signed for is offered again, never added to. */
export class PaymentRefusedError extends SenderError {
  override readonly name = "PaymentRefusedError";
  /** The receiver's reason, such as `insufficient-payment`. */
  readonly reason: string;
  /** HTTP status of the last refusal. */
  readonly status: number;

  constructor(reason: string, status: number, remedy: string) {
    super("refused", `the receiver refuses the payment: ${reason}`, remedy);
    this.reason = reason;
    this.status = status;
  }
}

/** A paid request left and no answer came: it counts as spent, and was not repeated. */
export class OutcomeUnknownError extends SenderError {
  override readonly name = "OutcomeUnknownError";
  /** What the request costs if it was served, in the token's smallest unit. */
  readonly price: bigint;

  constructor(price: bigint, cause: unknown) {
    super(
      "outcome-unknown",
      "a paid request was sent and no answer came",
      "It counts as spent. Find out whether it took effect before you send it again; set an Idempotency-Key to have it repeated.",
      { cause },
    );
    this.price = price;
  }
}
