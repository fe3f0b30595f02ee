import { parseAddress, parseAmount, parseHash, parseTerms, ParseError, type Hex, type TermsInput } from "@rmps/proofs";
import { SenderError } from "../errors.ts";
import {
  keyOf,
  type BookState,
  type ChannelRecord,
  type ChannelStatus,
  type Ending,
  type SponsoredDeposit,
} from "./record.ts";
import type { SentTransaction } from "./sent.ts";

/** Version of the stored form. */
const VERSION = 1;

const STATUSES: readonly string[] = ["opening", "open", "closing", "closed"] satisfies ChannelStatus[];

/** The stored form: JSON, amounts as decimal strings. */
export function encodeBook(state: BookState): string {
  const text = (_key: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  const { channels, underWay = new Map<string, readonly SentTransaction[]>() } = state;
  const written = [...underWay].map(([account, all]) => [account, all.map(encodeSent)] as const);
  const sent = written.length === 0 ? {} : { sent: Object.fromEntries(written) };
  return JSON.stringify({ version: VERSION, channels: [...channels.values()], ...sent }, text, 2) + "\n";
}

/**
 * Reads the stored form; the empty text is an empty book.
 * @throws SenderError `state` for anything malformed: a book that is read wrong costs money, so that nothing is guessed.
 */
export function decodeBook(text: string): BookState {
  if (text === "") return { channels: new Map() };
  try {
    const { version, channels, sent = {} } = object(JSON.parse(text));
    if (version !== VERSION) throw new ParseError(`version ${String(version)}`, "");
    return {
      channels: new Map(
        list(channels)
          .map(decodeRecord)
          .map((record) => [keyOf(record), record]),
      ),
      underWay: new Map(Object.entries(object(sent)).map(([account, all]) => [account, decodeQueue(all)])),
    };
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof SyntaxError)) throw error;
    throw new SenderError(
      "state",
      `the state cannot be read: ${error.message}`,
      "Restore it from a backup, or move it away: channels are found again from the chain's logs.",
      { cause: error },
    );
  }
}

function decodeRecord(value: unknown): ChannelRecord {
  const row = object(value);
  return {
    chainId: amount(row["chainId"]),
    contract: parseAddress(text(row["contract"])),
    id: parseHash(text(row["id"])),
    terms: parseTerms(object(row["terms"]) as unknown as TermsInput),
    status: status(row["status"]),
    origin: optional(row["origin"], text),
    gatewayPath: optional(row["gatewayPath"], text),
    deposit: amount(row["deposit"]),
    balance: amount(row["balance"]),
    charged: amount(row["charged"]),
    fee: optional(row["fee"], amount) ?? 0n,
    ...optional(row["authorized"], (value) => ({ authorized: list(value).map(decodeSponsored) })),
    unknown: amount(row["unknown"]),
    doubtful: amount(row["doubtful"]),
    outstanding: list(row["outstanding"])
      .map(object)
      .map((item) => ({
        balance: amount(item["balance"]),
        price: amount(item["price"]),
        ...optional(item["fee"], (fee) => ({ fee: amount(fee) })),
      })),
    refused: list(row["refused"]).map(amount),
    answered: amount(row["answered"]),
    accepted: amount(row["accepted"]),
    writtenOff: amount(row["writtenOff"]),
    ending: optional(row["ending"], decodeEnding),
  };
}

function decodeSponsored(value: unknown): SponsoredDeposit {
  const row = object(value);
  return {
    data: text(row["data"]) as Hex,
    amount: amount(row["amount"]),
    fee: amount(row["fee"]),
    held: amount(row["held"]),
    since: amount(row["since"]),
    until: amount(row["until"]),
    made: row["made"] === true,
  };
}

function decodeEnding(value: unknown): Ending {
  const row = object(value);
  return {
    amount: amount(row["amount"]),
    deadline: amount(row["deadline"]),
    signature: text(row["signature"]).toLowerCase() as Hex,
    closesAt: optional(row["closesAt"], amount),
  };
}

const encodeSent = (sent: SentTransaction) => ({ ...sent, nonce: `${sent.nonce}` });

/** Books of earlier versions hold one transaction for each account, and no list. */
function decodeQueue(value: unknown): SentTransaction[] {
  return (Array.isArray(value) ? value : [value]).map(decodeSent);
}

function decodeSent(value: unknown): SentTransaction {
  const row = object(value);
  return {
    doing: text(row["doing"]),
    deposits: optional(row["deposits"], (id) => parseHash(text(id))),
    ...optional(row["settles"], (id) => ({ settles: parseHash(text(id)) })),
    to: parseAddress(text(row["to"])),
    data: text(row["data"]) as Hex,
    gasLimit: amount(row["gasLimit"]),
    nonce: Number(amount(row["nonce"])),
    ...(row["isGuess"] === true && { isGuess: true }),
    maxFeePerGas: amount(row["maxFeePerGas"]),
    maxPriorityFeePerGas: optional(row["maxPriorityFeePerGas"], amount),
    hashes: list(row["hashes"]).map((hash) => parseHash(text(hash))),
  };
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ParseError("not an object", "");
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ParseError("not a list", "");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new ParseError("not a text", "");
  return value;
}

function amount(value: unknown): bigint {
  return parseAmount(text(value));
}

function status(value: unknown): ChannelStatus {
  const known = text(value);
  if (!STATUSES.includes(known)) throw new ParseError("not a status", "");
  return known as ChannelStatus;
}

function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}
