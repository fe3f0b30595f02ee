import { parseAddress, ParseError } from "@rmps/proofs";
import { SenderError } from "../errors.ts";
import type { Limits } from "./limits.ts";
import type { SessionOptions } from "./options.ts";

/** The names of options. */
export type Names<Options> = Readonly<Record<keyof Options, true>>;

const SESSION: Names<SessionOptions> = {
  wallet: true,
  sessionKey: true,
  store: true,
  rpc: true,
  onlyChain: true,
  gas: true,
  onFeeRaised: true,
  via: true,
  fetch: true,
  allowInsecure: true,
  token: true,
  receiver: true,
  limits: true,
  managers: true,
  sponsored: true,
  maxInFlight: true,
  onEvent: true,
};

const AMOUNT = "Write an amount in the token's smallest unit as a bigint from 0 up, such as 10n ** 16n.";
const SECONDS = "Write whole seconds, such as 86400.";

/** What each limit has to be, by its remedy. */
const LIMITS: Readonly<Record<keyof Limits, string>> = {
  maxPrice: AMOUNT,
  maxDeposit: AMOUNT,
  maxLocked: AMOUNT,
  maxTotal: AMOUNT,
  maxSponsorFee: AMOUNT,
  minChallengePeriod: SECONDS,
  maxChallengePeriod: SECONDS,
};

const wrong = (option: string, remedy: string) => new SenderError("configuration", `${option}: not valid`, remedy);

const isAmount = (value: unknown): boolean => typeof value === "bigint" && value >= 0n;
const isCount = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;

/**
 * Checks what a program has given, which from JavaScript may be anything: a limit whose name is misspelt, or that is a
 * number where amounts are compared with bigints, would not limit what is meant.
 * @param own names that this client has beside those of all.
 * @throws SenderError `configuration` that names the option, and never repeats its value.
 */
export function checkOptions(options: SessionOptions, own: Readonly<Record<string, true>>): void {
  checkNames(options, { ...SESSION, ...own }, "");
  const { limits = {}, maxInFlight, managers = {} } = options;
  checkNames(limits, LIMITS, "limits.");
  for (const [name, remedy] of Object.entries(LIMITS)) {
    const value = limits[name as keyof Limits];
    if (value === undefined || (remedy === AMOUNT ? isAmount(value) : isCount(value, 0))) continue;
    throw wrong(`limits.${name}`, remedy);
  }
  if (maxInFlight !== undefined && !isCount(maxInFlight, 1)) {
    throw wrong("maxInFlight", "Write a whole number from 1 up.");
  }
  for (const pin of ["token", "receiver"] as const) {
    for (const text of [options[pin] ?? []].flat()) checkAddress(text, pin);
  }
  for (const [chain, manager] of Object.entries(managers)) {
    checkAddress(typeof manager === "string" ? manager : manager.contract, `managers[${chain}]`);
  }
}

function checkNames(given: object, known: Readonly<Record<string, unknown>>, prefix: string): void {
  if (typeof given !== "object" || given === null) throw wrong(prefix.slice(0, -1) || "options", "Give an object.");
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (stranger === undefined) return;
  throw new SenderError(
    "configuration",
    `${prefix}${stranger}: there is no such option`,
    `There are ${Object.keys(known).join(", ")}.`,
  );
}

function checkAddress(text: string, option: string): void {
  try {
    parseAddress(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new SenderError("configuration", `${option}: ${error.message}`, error.remedy);
  }
}
