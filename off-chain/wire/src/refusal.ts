import type { DialectName, Reading } from "./payment.ts";

interface Meaning {
  readonly status: 400 | 402 | 503;
  readonly title: string;
  /** What the sender can do about it. */
  readonly remedy: string;
}

/** Every reason for which a payment is refused. There is no other. */
const MEANINGS = {
  "payment-required": {
    status: 402,
    title: "Payment required",
    remedy: "Open a channel on the offered terms and send a balance proof for at least the price.",
  },
  "channel-not-found": {
    status: 402,
    title: "No such channel",
    remedy: "Check the channel's id, chain and contract; if it was opened just now, wait until that is mined.",
  },
  "channel-not-confirmed": {
    status: 402,
    title: "Channel not confirmed yet",
    remedy: "Wait for the missing confirmations and send the same proof again.",
  },
  "wrong-terms": {
    status: 402,
    title: "Channel with other terms",
    remedy: "Open a channel with exactly the offered receiver, signer and token, and the offered challenge period.",
  },
  "invalid-signature": {
    status: 402,
    title: "Invalid signature",
    remedy: "Sign the balance with the key of the channel's sender side, for the offered chain and contract.",
  },
  "balance-exceeds-deposit": {
    status: 402,
    title: "Balance exceeds the deposit",
    remedy: "Top the channel up, or sign a balance within its confirmed deposit.",
  },
  "insufficient-payment": {
    status: 402,
    title: "Insufficient payment",
    remedy: "Sign a balance that was not used before, of at least what is spent plus the price.",
  },
  "channel-closing": {
    status: 402,
    title: "Channel is closing",
    remedy: "Open another channel; this one takes no more payments.",
  },
  "channel-closed": {
    status: 402,
    title: "Channel is closed",
    remedy: "Open another channel; this one takes no more payments.",
  },
  "malformed-payment": {
    status: 400,
    title: "Malformed payment",
    remedy: "Send the payment headers in exactly the documented form.",
  },
  busy: {
    status: 503,
    title: "Busy",
    remedy: "Send the same request with the same balance again after the time in Retry-After.",
  },
  "chain-unavailable": {
    status: 503,
    title: "Chain not available",
    remedy: "Send the same request with the same balance again after the time in Retry-After.",
  },
  "store-unavailable": {
    status: 503,
    title: "Store not available",
    remedy: "Send the same request with the same balance again after the time in Retry-After.",
  },
} as const satisfies Record<string, Meaning>;

/** One of `REFUSAL_CODES`. */
export type RefusalCode = keyof typeof MEANINGS;

/** The codes of all refusals. */
export const REFUSAL_CODES = Object.keys(MEANINGS) as readonly RefusalCode[];

/** Whether some text is the code of a refusal. */
export function isRefusalCode(text: unknown): text is RefusalCode {
  return typeof text === "string" && Object.hasOwn(MEANINGS, text);
}

/** Why a request was not served. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What was wrong in this case; the title says it where this is absent. */
  readonly detail?: string;
  /** What to do in this case; the code's own remedy where this is absent. */
  readonly remedy?: string;
  /** For `channel-not-confirmed`: confirmations that are missing. */
  readonly missingConfirmations?: number;
  /** For status 503: seconds after which to try again; 1 unless given. */
  readonly retryAfter?: number;
  /** In the `Payment` dialect, for `malformed-payment`: the proof is well-formed and the challenge is at fault. */
  readonly challengeAtFault?: boolean;
}

/** Title and remedy of a code. */
export function meaningOf(code: RefusalCode): Meaning {
  return MEANINGS[code];
}

/**
 * The HTTP status of a refusal.
 * @param dialect of the request; the `Payment` scheme's draft answers a malformed credential with 402.
 */
export function statusOf(code: RefusalCode, dialect?: DialectName): 400 | 402 | 503 {
  return code === "malformed-payment" && dialect === "payment" ? 402 : MEANINGS[code].status;
}

/** The refusal of a payment that was malformed. */
export function malformedPayment(reading: Extract<Reading, { kind: "malformed" }>): Refusal {
  const { detail, remedy, challengeAtFault } = reading;
  return { code: "malformed-payment", detail, remedy, ...(challengeAtFault === true && { challengeAtFault }) };
}
