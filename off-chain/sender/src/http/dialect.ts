import { readChallenge, readProblem, readReceipt, type ChannelView, type Offer, type RefusalCode } from "@rmps/wire";
import type { ReceivedReceipt } from "@rmps/wire";
import { SenderError } from "../errors.ts";
import { retryAfterIn } from "./again.ts";
import { shortText } from "./body.ts";

/** A refusal as the sender understands it. Nothing in it is proven; only `view.proof` can be checked. */
export interface Refusal {
  code: RefusalCode;
  status: number;
  /** On what terms the request is sold now; undefined where it is not said. */
  offer: Offer | undefined;
  view: ChannelView | undefined;
  /** Milliseconds after which to try again; undefined where it is not said. */
  retryAfter: number | undefined;
}

/** Statuses of refusals; what else is answered was decided by whoever sells. */
const STATUSES: ReadonlySet<number> = new Set([400, 402, 503]);

/** Longest problem document that is looked at, in bytes. */
const LONGEST = 20_000;

/**
 * The offer of a 402; undefined where it does not ask for a payment of ours.
 * @throws SenderError `refused` where it does, in a form that cannot be understood.
 */
export function readOffer(headers: Headers): Offer | undefined {
  const reading = readChallenge(headers, ["rdn"]);
  if (reading.kind === "none") return undefined;
  if (reading.kind === "challenge") return withSuggestion(reading.challenge.offer, headers);
  throw new SenderError("refused", `the offer cannot be understood: ${reading.detail}`, "Nothing was signed.");
}

/**
 * The same offer with the deposit that the receiver suggests, which is what it takes at least: RDN headers do not say it.
 * The other dialects, of which a 402 is free to carry any, count where they offer the same on the same terms.
 */
function withSuggestion(offer: Offer, headers: Headers): Offer {
  for (const dialect of ["payment", "x402"] as const) {
    const reading = readChallenge(headers, [dialect]);
    const other = reading.kind === "challenge" ? reading.challenge.offer : undefined;
    if (other?.suggestedDeposit === undefined || !isSame(other, offer)) continue;
    return { ...offer, suggestedDeposit: other.suggestedDeposit };
  }
  return offer;
}

const TERMS = ["price", "token", "receiver", "receiverSigner", "challengePeriod"] as const;

/** Whether two offers ask the same price on the same terms. */
function isSame(one: Offer, other: Offer): boolean {
  const { chainId, contract } = one.manager;
  const isThere = chainId === other.manager.chainId && contract === other.manager.contract;
  return isThere && TERMS.every((name) => one[name] === other[name]);
}

/** The receipt of an answer, or undefined. */
export function receiptIn(headers: Headers): ReceivedReceipt | undefined {
  const reading = readReceipt(headers);
  return reading.kind === "receipt" ? reading.receipt : undefined;
}

/** Whether an answer to a payment is a refusal of it, and which; its body can still be read. */
export async function readRefusal(response: Response): Promise<Refusal | undefined> {
  const { headers, status } = response;
  if (!STATUSES.has(status) || receiptIn(headers) !== undefined) return undefined;
  const code = (await codeIn(response)) ?? guess(response);
  if (code === undefined) return undefined;
  const reading = readChallenge(headers, ["rdn"]);
  const challenge = reading.kind === "challenge" ? reading.challenge : undefined;
  return {
    code,
    status,
    offer: challenge && withSuggestion(challenge.offer, headers),
    view: challenge?.channel,
    retryAfter: retryAfterIn(headers),
  };
}

/** The problem document says it exactly. */
async function codeIn(response: Response): Promise<RefusalCode | undefined> {
  if (!/^application\/(?:problem\+)?json\b/i.test(response.headers.get("content-type") ?? "")) return undefined;
  try {
    const text = await shortText(response.clone(), LONGEST);
    return text === undefined ? undefined : readProblem(JSON.parse(text))?.code;
  } catch {
    return undefined;
  }
}

/** Without one, headers and status say roughly what is wrong. */
function guess({ headers, status }: Response): RefusalCode | undefined {
  if (status === 503) return "busy"; // nobody served it
  if (status !== 402) return undefined;
  const reading = readChallenge(headers, ["rdn"]);
  switch (reading.kind === "challenge" ? reading.challenge.reason?.sign : undefined) {
    case "nonexisting-channel":
      return "channel-not-found";
    case "insufficient-confirmations":
      return "channel-not-confirmed";
    case "invalid-balance-proof":
      return "invalid-signature";
    case "invalid-amount":
      return "insufficient-payment";
    case undefined:
      return "payment-required";
  }
}
