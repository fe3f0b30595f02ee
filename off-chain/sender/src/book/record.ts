import type { Address, Hex, Terms } from "@rmps/proofs";
import type { UnderWay } from "./sent.ts";

/** Where a channel stands for its sender. `closing`: a CloseRequest was signed, so that it is never paid on again. */
export type ChannelStatus = "opening" | "open" | "closing" | "closed";

/** A balance that left the process and has no answer yet. */
export interface Outstanding {
  /** What was signed: cumulative total in the token's smallest unit. */
  balance: bigint;
  /** What the request may cost at most. */
  price: bigint;
  /** What it covers beside, of the fees of sponsored deposits; absent: nothing. */
  fee?: bigint;
}

/** A deposit that a receiver was asked to send, until nothing can become of it any more. Amounts in the smallest unit. */
export interface SponsoredDeposit {
  /** Calldata that makes it: a transaction with it in its own, that deposits the amount, made it, whoever sent that. */
  data: Hex;
  amount: bigint;
  /** What it costs, agreed to before anybody was asked. */
  fee: bigint;
  /** What the channel held then: of those with the same one at most can ever be made. */
  held: bigint;
  /** Number of a block that was there before anybody was asked. */
  since: bigint;
  /** Last second in which it can be made, Unix time. */
  until: bigint;
  /** Whether it is on the chain, as last seen: its fee is counted just then. */
  made: boolean;
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
  /** Owed for sponsored deposits that are on the chain: counts as spent with the next request that is answered. */
  fee: bigint;
  /** Sponsored deposits that may come, or go again; absent: none. */
  authorized?: SponsoredDeposit[];
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

/** What the sender counts as spent: charges seen, requests of unknown outcome, requests under way, and what these cover. */
export function spentOf(record: ChannelRecord): bigint {
  const { outstanding, charged, unknown, fee } = record;
  const covered = outstanding.reduce((most, item) => (item.fee !== undefined && item.fee > most ? item.fee : most), 0n);
  const owed = covered < fee ? covered : fee;
  return outstanding.reduce((sum, { price }) => sum + price, charged + unknown + owed);
}

/** Everything one sender remembers. */
export interface BookState extends UnderWay {
  /** By `keyOf` the channel. */
  channels: Map<string, ChannelRecord>;
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
