import type { Address, Hex, Terms } from "@rmps/proofs";
import type { SentTransaction } from "./sent.ts";

/** Where a channel stands for its sender. `closing`: a CloseRequest was signed, so that it is never paid on again. */
export type ChannelStatus = "opening" | "open" | "closing" | "closed";

/** A balance that left the process and has no answer yet. */
export interface Outstanding {
  /** What was signed: cumulative total in the token's smallest unit. */
  balance: bigint;
  /** What the request may cost at most. */
  price: bigint;
}

/** How a channel is being ended. */
export interface Ending {
  /** Conceded to the receiver in total: what was counted as spent, or what is settled if that is more. */
  amount: bigint;
  /** Last second in which the CloseRequest is good, Unix time. */
  deadline: bigint;
  /** The CloseRequest's signature. */
  signature: Hex;
  /** From when the channel can be finalized, Unix time; undefined: the challenge period has not started. */
  closesAt: bigint | undefined;
}

/** All that a sender knows of one channel. Amounts are totals in the token's smallest unit. */
export interface ChannelRecord {
  chainId: bigint;
  contract: Address;
  id: Hex;
  terms: Terms;
  status: ChannelStatus;
  /** Origin where it was last paid with, for the closing agreement; undefined: never used. */
  origin: string | undefined;
  /** Path of the receiver's API at that origin, from its offer. */
  gatewayPath: string | undefined;
  /** Last known on chain. */
  deposit: bigint;
  /** Highest balance ever signed, or adopted with our own signature: the most that the channel can cost so far. */
  balance: bigint;
  /** Sum of the charges that were seen. */
  charged: bigint;
  /** Agreed for sponsored deposits: counts as spent from the next balance that is signed. */
  fee: bigint;
  /** The last sponsored deposit that was asked for: what the channel held then, and the fee; undefined: none. */
  sponsored: { held: bigint; fee: bigint } | undefined;
  /** Sum of the prices of requests of unknown outcome: they count as spent. */
  unknown: bigint;
  /** Prices of failed requests (5xx): their charge is undone, but who knows. Counts as spent once the receiver says so. */
  doubtful: bigint;
  /** Requests under way, of this process or another one, living or dead: they count as spent until answered. */
  outstanding: Outstanding[];
  /** Balances that were signed and refused; each is offered again before a higher one is signed. */
  refused: bigint[];
  /** Highest balance that bought an answer: lower ones may count as used with the receiver. */
  answered: bigint;
  /** Highest balance the receiver is known to hold: it answered for it, or showed our signature. */
  accepted: bigint;
  /** Credit given up because the receiver forgot it (it lost its store). */
  writtenOff: bigint;
  ending: Ending | undefined;
}

/** What the sender counts as spent: charges seen, requests of unknown outcome, requests under way. */
export function spentOf(record: ChannelRecord): bigint {
  return record.outstanding.reduce((sum, { price }) => sum + price, record.charged + record.unknown);
}

/** Everything one sender remembers. */
export interface BookState {
  /** By `keyOf` the channel. */
  channels: Map<string, ChannelRecord>;
  /** Transactions under way, by `CHAIN:ACCOUNT`, the lowest nonce first: another process goes on with them. Absent: none. */
  underWay?: Map<string, readonly SentTransaction[]>;
}

/** The key of a channel in the book: ids are unique for each manager. */
export function keyOf(channel: Pick<ChannelRecord, "chainId" | "contract" | "id">): string {
  return `${channel.chainId}:${channel.contract}:${channel.id}`;
}

/** A record of a channel that was never paid with. */
export function newRecord(
  channel: Pick<ChannelRecord, "chainId" | "contract" | "id" | "terms" | "status" | "deposit">,
  settled = 0n,
): ChannelRecord {
  return {
    ...channel,
    origin: undefined,
    gatewayPath: undefined,
    balance: settled,
    charged: settled,
    fee: 0n,
    sponsored: undefined,
    unknown: 0n,
    doubtful: 0n,
    outstanding: [],
    refused: [],
    answered: settled,
    accepted: settled,
    writtenOff: 0n,
    ending: undefined,
  };
}
