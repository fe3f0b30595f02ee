import { MIN_CHALLENGE_PERIOD, parseAddress, type Address } from "@rmps/proofs";
import type { Offer } from "@rmps/wire";
import { LimitExceededError } from "../errors.ts";

/** What a sender is willing to do. Amounts are in the token's smallest unit. */
export interface Limits {
  /** The most that one request may cost; 1 whole token by default. */
  maxPrice?: bigint;
  /** The most that may lie unspent in one channel; 10 whole tokens by default. */
  maxDeposit?: bigint;
  /**
   * The most that may lie unspent, after a deposit that nobody was asked for, in all channels of this account in this
   * store together, on each chain in each token: what one server can lock up that names another receiver each time. Those
   * of earlier sessions, and of all clients that share the store, count; channels that are being closed do until they are
   * closed, requests under way until they are answered, and deposits that a sponsor was asked for until they can come no
   * more. Channels that the store does not know, as another store's, do not. Ten times `maxDeposit` by default.
   */
  maxLocked?: bigint;
  /** The most that may be paid altogether by one paying fetch, in each token; 100 whole tokens by default. */
  maxTotal?: bigint;
  /** The most that a receiver may charge for paying the gas of a deposit; 0 by default. */
  maxSponsorFee?: bigint;
  /** Bounds of the challenge period in seconds: how long the own money may be locked; 15 minutes to 7 days by default. */
  minChallengePeriod?: number;
  maxChallengePeriod?: number;
}

/** Whom a sender pays, and in what. */
export interface Pins {
  /** Tokens that may be asked for; by default only the one that the manager takes by notifying transfer. */
  token?: string | readonly string[];
  /** Receivers that may be paid; by default all. */
  receiver?: string | readonly string[];
}

/** Default of `maxChallengePeriod`: a week, in seconds. */
const A_WEEK = 7 * 24 * 60 * 60;

/** Full channels that may be open at the same time, unless `maxLocked` is given. */
const CHANNELS_COVERED = 10n;

/** Limits with every number known. */
export type ResolvedLimits = Required<Limits>;

/** @param decimals of the token, to which the defaults in whole tokens refer. */
export function resolveLimits(limits: Limits, decimals: number): ResolvedLimits {
  const token = 10n ** BigInt(decimals);
  const maxDeposit = limits.maxDeposit ?? 10n * token;
  return {
    maxPrice: limits.maxPrice ?? token,
    maxDeposit,
    maxLocked: limits.maxLocked ?? CHANNELS_COVERED * maxDeposit,
    maxTotal: limits.maxTotal ?? 100n * token,
    maxSponsorFee: limits.maxSponsorFee ?? 0n,
    minChallengePeriod: limits.minChallengePeriod ?? MIN_CHALLENGE_PERIOD,
    maxChallengePeriod: limits.maxChallengePeriod ?? A_WEEK,
  };
}

function addresses(pinned: string | readonly string[]): Address[] {
  return (typeof pinned === "string" ? [pinned] : pinned).map(parseAddress);
}

/**
 * Whether it is one of those that we deal with; to be asked before anything of the offer is used.
 * @param manager       the one that is believed on this chain; undefined: none is known.
 * @param defaultTokens the tokens that are taken where none is pinned.
 * @throws LimitExceededError
 */
export function checkParties(offer: Offer, pins: Pins, manager: Address | undefined, defaultTokens: Address[]): void {
  const { contract } = offer.manager;
  if (manager !== contract) {
    const remedy = "Nothing was signed. Name the manager in the option managers if you trust it.";
    const where = `${contract} on chain ${offer.manager.chainId}`;
    throw new LimitExceededError("manager", where, manager ?? "none that is known", { remedy });
  }
  const tokens = pins.token === undefined ? defaultTokens : addresses(pins.token);
  const named = (option: string) => ({
    remedy: `Nothing was signed. Name it in the option ${option} if this is what you want.`,
  });
  if (!tokens.includes(offer.token)) {
    throw new LimitExceededError("token", offer.token, tokens.join(", "), named("token"));
  }
  if (pins.receiver === undefined) return;
  const receivers = addresses(pins.receiver);
  if (!receivers.includes(offer.receiver)) {
    throw new LimitExceededError("receiver", offer.receiver, receivers.join(", "), named("receiver"));
  }
}

/** Whether an offer is within the limits. @throws LimitExceededError */
export function checkLimits({ price, challengePeriod, token }: Offer, limits: ResolvedLimits): void {
  const { maxPrice, minChallengePeriod, maxChallengePeriod } = limits;
  if (price > maxPrice) throw new LimitExceededError("maxPrice", price, maxPrice, { token });
  if (challengePeriod < minChallengePeriod) {
    const remedy = "Nothing was signed. Lower limits.minChallengePeriod if this is what you want.";
    throw new LimitExceededError("minChallengePeriod", challengePeriod, minChallengePeriod, { remedy });
  }
  if (challengePeriod > maxChallengePeriod) {
    throw new LimitExceededError("maxChallengePeriod", challengePeriod, maxChallengePeriod);
  }
}

/** Prices a deposit covers at least, whatever is suggested: each top-up costs gas. RDN headers alone suggest nothing. */
const REQUESTS_COVERED = 10n;

/** What lies unspent before a deposit, in the token's smallest unit. */
export interface Unspent {
  /** In the channel; 0 for a new one. */
  readonly here: bigint;
  /** What counts beside: in all other channels of the account, and here for requests under way. */
  readonly elsewhere: bigint;
}

/**
 * How much to put into a channel: what the receiver suggests, ten times the price at least, within the limits, but never
 * less than the next request needs.
 * @param missing what the next request needs beyond the deposit; for a new channel its price.
 * @returns also the most that it may be, where a sponsor asks for more.
 * @throws LimitExceededError where even `missing` is too much.
 */
export function depositFor(
  { price, suggestedDeposit, token }: Pick<Offer, "price" | "suggestedDeposit" | "token">,
  missing: bigint,
  { here, elsewhere }: Unspent,
  { maxDeposit, maxLocked }: Pick<ResolvedLimits, "maxDeposit" | "maxLocked">,
): { amount: bigint; most: bigint } {
  const wants = here + missing;
  const locks = wants + elsewhere;
  if (wants > maxDeposit) throw new LimitExceededError("maxDeposit", wants, maxDeposit, { token });
  if (locks > maxLocked) throw new LimitExceededError("maxLocked", locks, maxLocked, { token, remedy: UNLOCK });
  const most = (maxDeposit < maxLocked - elsewhere ? maxDeposit : maxLocked - elsewhere) - here;
  const least = REQUESTS_COVERED * price;
  const wanted = suggestedDeposit !== undefined && suggestedDeposit > least ? suggestedDeposit : least;
  const fitting = wanted < most ? wanted : most;
  return { amount: fitting > missing ? fitting : missing, most };
}

const UNLOCK =
  "Nothing was signed. Close channels that you need no more (rmps close), or raise limits.maxLocked (--max-locked).";
