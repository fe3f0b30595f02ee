import { ParseError, ZERO_ADDRESS, parseAddress, parseAmount, type Address } from "@rmps/proofs";

/** Longest header whose contents are looked at, in characters. */
export const MAX_LENGTH = 16 * 1024;

/**
 * Runs a reader of a header or member.
 * @throws ParseError that names it in front.
 */
export function within<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw named(name, error);
  }
}

function named(name: string, error: unknown): unknown {
  if (!(error instanceof ParseError)) return error;
  // The same class, so that a challenge at fault stays one.
  const Kind = error.constructor as typeof ParseError;
  return new Kind(`${name}: ${error.message}`, error.remedy);
}

/** Parses the value of a header or member. @throws ParseError that names it in front. */
export function field<T>(name: string, value: string, parse: (text: string) => T): T {
  try {
    return parse(value);
  } catch (error) {
    throw named(name, error);
  }
}

/** An address that is not zero. @throws ParseError */
export function parseParty(text: string): Address {
  const address = parseAddress(text);
  if (address === ZERO_ADDRESS) throw new ParseError("the zero address", "Name an account that is not zero.");
  return address;
}

/** Whole seconds of a `uint32`, canonical decimal. @throws ParseError */
export function parsePeriod(text: string): number {
  return period(Number(parseAmount(text)));
}

/** Whole seconds of a `uint32`. @throws ParseError */
export function period(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0xffffffff) {
    throw new ParseError("not a period", "Give the challenge period in whole seconds, below 2^32.");
  }
  return value as number;
}

const GATEWAY_PATH = /^\/(?:[A-Za-z0-9\-._~%]+(?:\/[A-Za-z0-9\-._~%]+)*\/?)?$/;

/** A path on the same origin. @throws ParseError for anything that a URL parser could take for another origin. */
export function parseGatewayPath(text: string): string {
  if (text.length > 1024 || !GATEWAY_PATH.test(text)) {
    throw new ParseError("not a path", "Give a path from the root of the same origin, such as /api/1.");
  }
  return text;
}
