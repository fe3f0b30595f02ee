import { hexInto, toHex, type Hex } from "./hex.ts";
import { ParseError, parseAddress, parseHash, ZERO_ADDRESS, type Address } from "./parse.ts";

/** Shortest challenge period that the contract takes: 15 minutes, in seconds. */
export const MIN_CHALLENGE_PERIOD = 15 * 60;

/** Longest challenge period that the contract takes: 30 days, in seconds. */
export const MAX_CHALLENGE_PERIOD = 30 * 24 * 60 * 60;

/** Length of encoded terms in bytes: seven words. */
export const ENCODED_TERMS_LENGTH = 224;

/** The terms of a channel; its id is their hash. Solidity: `struct Channel`. */
export interface Terms {
  /** What is left comes back here. */
  sender: Address;
  /** Key that signs for the sender; zero: the sender itself. */
  senderSigner: Address;
  /** Is paid here. */
  receiver: Address;
  /** Key that signs for the receiver; zero: the receiver itself. */
  receiverSigner: Address;
  /** The ERC-20 in which the channel is denominated. */
  token: Address;
  /** Seconds the receiver has to answer a close it did not agree to, as a whole number. */
  challengePeriod: number;
  /** 32 bytes that tell apart channels with otherwise equal terms. */
  salt: Hex;
}

/**
 * Terms as they arrive, from JSON or from an event that ethers read: text that is still to be parsed, addresses of any
 * case, the period possibly as the bigint that ethers makes of a `uint32`.
 */
export type TermsInput = Record<TextField, string> & { challengePeriod: number | bigint };

/**
 * Terms with which a channel can be opened, in their canonical (lower-case) form.
 * @throws ParseError where a field is missing or malformed, sender, receiver or token is zero, or the challenge
 * period is outside the contract's bounds: no such channel can exist. (That neither party is the manager itself,
 * only the contract checks.)
 */
export function parseTerms(input: TermsInput): Terms {
  if (typeof input !== "object" || input === null) {
    throw new ParseError("not terms", "Give the terms of the channel as an object.");
  }
  return {
    sender: party(input, "sender"),
    senderSigner: field(input, "senderSigner", parseAddress),
    receiver: party(input, "receiver"),
    receiverSigner: field(input, "receiverSigner", parseAddress),
    token: party(input, "token"),
    challengePeriod: period(input.challengePeriod),
    salt: field(input, "salt", parseHash),
  };
}

type TextField = Exclude<keyof Terms, "challengePeriod">;

function field(input: TermsInput, name: TextField, parse: (text: string) => Hex): Hex {
  try {
    return parse(input[name]);
  } catch (error) {
    if (error instanceof ParseError) throw new ParseError(`${name}: ${error.message}`, error.remedy);
    throw error;
  }
}

function party(input: TermsInput, name: TextField): Address {
  const address = field(input, name, parseAddress);
  if (address === ZERO_ADDRESS) {
    throw new ParseError(`${name}: the zero address`, "Name a sender, a receiver and a token that are not zero.");
  }
  return address;
}

function period(value: number | bigint): number {
  const seconds = typeof value === "bigint" ? Number(value) : value;
  if (!Number.isInteger(seconds) || seconds < MIN_CHALLENGE_PERIOD || seconds > MAX_CHALLENGE_PERIOD) {
    throw new ParseError(
      "challengePeriod: not within 15 minutes and 30 days",
      `Give the challenge period in whole seconds, from ${MIN_CHALLENGE_PERIOD} to ${MAX_CHALLENGE_PERIOD}.`,
    );
  }
  return seconds;
}

/** The account whose key signs for the sender: `senderSigner`, or `sender` where that is zero. */
export function senderSide(terms: Pick<Terms, "sender" | "senderSigner">): Address {
  return terms.senderSigner === ZERO_ADDRESS ? terms.sender : terms.senderSigner;
}

/** The account whose key signs for the receiver: `receiverSigner`, or `receiver` where that is zero. */
export function receiverSide(terms: Pick<Terms, "receiver" | "receiverSigner">): Address {
  return terms.receiverSigner === ZERO_ADDRESS ? terms.receiver : terms.receiverSigner;
}

/**
 * Writes `abi.encode(Channel)` into zeroed bytes.
 * @throws ParseError where a field is malformed; unlike `parseTerms` it takes terms that no contract would accept.
 */
export function encodeTermsInto(terms: Terms, out: Uint8Array, at: number): void {
  const { challengePeriod } = terms;
  const written =
    hexInto(terms.sender, out, at + 12, 20) &&
    hexInto(terms.senderSigner, out, at + 44, 20) &&
    hexInto(terms.receiver, out, at + 76, 20) &&
    hexInto(terms.receiverSigner, out, at + 108, 20) &&
    hexInto(terms.token, out, at + 140, 20) &&
    hexInto(terms.salt, out, at + 192, 32);
  if (!written || !Number.isInteger(challengePeriod) || challengePeriod < 0 || challengePeriod > 0xffffffff) {
    throw new ParseError("malformed terms", "Pass terms that parseTerms returned.");
  }
  new DataView(out.buffer, out.byteOffset).setUint32(at + 188, challengePeriod);
}

/**
 * `abi.encode(Channel)`: the 224 bytes that go with an ERC-223 transfer that opens or tops up the channel.
 * @throws ParseError where a field is malformed.
 */
export function encodeTerms(terms: Terms): Hex {
  const out = new Uint8Array(ENCODED_TERMS_LENGTH);
  encodeTermsInto(terms, out, 0);
  return toHex(out);
}
