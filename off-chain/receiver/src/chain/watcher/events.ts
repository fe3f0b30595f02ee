import { IChannelManager__factory } from "@rmps/contracts";
import type { Address, Hex } from "@rmps/proofs";
import { RpcUnavailable } from "../rpc/errors.ts";
import { count, hash } from "../rpc/results.ts";
import type { ChainEvent } from "../../store/chain.ts";

/** A log as `eth_getLogs` answers. */
export interface RawLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly logIndex: string;
  readonly transactionHash: string;
  readonly removed?: boolean;
}

/** The logs of an answer; undefined where one of them lacks what a log has. */
export function readLogs(result: unknown): readonly RawLog[] | undefined {
  return Array.isArray(result) && result.every(isLog) ? result : undefined;
}

const TEXTS = ["address", "data", "blockNumber", "blockHash", "logIndex", "transactionHash"] as const;

function isLog(value: unknown): value is RawLog {
  if (typeof value !== "object" || value === null) return false;
  const log = value as Partial<Record<keyof RawLog, unknown>>;
  for (const name of TEXTS) if (typeof log[name] !== "string") return false;
  return Array.isArray(log.topics) && log.topics.every((topic) => typeof topic === "string");
}

const manager = IChannelManager__factory.createInterface();
const topicOf = (name: Parameters<typeof manager.getEvent>[0]) => manager.getEvent(name).topicHash;

const OPENED = topicOf("ChannelOpened");
const TOPPED_UP = topicOf("ChannelToppedUp");
const SETTLED = topicOf("ChannelSettled");
const CLOSE_REQUESTED = topicOf("CloseRequested");
const CLOSED = topicOf("ChannelClosed");

/** First topics of the events that change channels. */
export const CHANNEL_TOPICS: readonly string[] = [OPENED, TOPPED_UP, SETTLED, CLOSE_REQUESTED, CLOSED];

/** Words of data of each event, to refuse logs that were cut short. */
const WORDS = new Map([
  [OPENED, 6],
  [TOPPED_UP, 2],
  [SETTLED, 2],
  [CLOSE_REQUESTED, 2],
  [CLOSED, 2],
]);

const DATA = /^0x[0-9a-f]*$/i;

const word = (data: string, at: number) => `0x${data.slice(2 + 64 * at, 66 + 64 * at)}`;
/** Bits of an amount and of a time, as the contract keeps them, and of a challenge period, which is 30 days at most. */
const [AMOUNT, TIME, PERIOD] = [112n, 32n, 22n];

/** Far more logs than a block can hold. */
const MOST_LOGS = 2 ** 31;

/** @throws RpcUnavailable where it is more than the contract can hold: no store of ours could either. */
function uint(data: string, at: number, bits: bigint): bigint {
  const value = BigInt(word(data, at));
  if (value >> bits !== 0n) throw new RpcUnavailable(`a number of more than ${bits} bits in a log`);
  return value;
}
const address = (text: string): Address => `0x${text.slice(-40).toLowerCase()}`;
const addressAt = (data: string, at: number) => address(word(data, at));

/**
 * Decodes a log of the manager. By hand, since the words are of fixed width and a start may have millions to read.
 * @param receiver whose channels matter.
 * @returns undefined for events that change no channel, and for openings of channels of other receivers.
 * @throws RpcUnavailable where a node sends something that no manager ever logged.
 */
export function decodeLog(log: RawLog, receiver: Address): ChainEvent | undefined {
  const [topic = "", id = ""] = log.topics;
  const words = WORDS.get(topic);
  if (words === undefined) return undefined;
  const { data } = log;
  const [channelId, block, logIndex] = [hash(id), count(log.blockNumber), count(log.logIndex)];
  const transaction = hash(log.transactionHash);
  const isWhole = data.length === 2 + 64 * words && DATA.test(data);
  const isPlaced = block !== undefined && logIndex !== undefined && logIndex < MOST_LOGS;
  if (!isWhole || !channelId || !isPlaced || !transaction) {
    throw new RpcUnavailable(`a malformed log in transaction ${log.transactionHash}`);
  }
  const place = { channelId, block, logIndex, transaction };
  switch (topic) {
    case OPENED: {
      const party = address(log.topics[3] ?? "");
      if (party !== receiver) return undefined;
      const terms = {
        sender: address(log.topics[2] ?? ""),
        senderSigner: addressAt(data, 0),
        receiver: party,
        receiverSigner: addressAt(data, 1),
        token: addressAt(data, 2),
        challengePeriod: Number(uint(data, 3, PERIOD)),
        salt: word(data, 4).toLowerCase() as Hex,
      };
      return { ...place, kind: "opened", terms, deposit: uint(data, 5, AMOUNT) };
    }
    case TOPPED_UP:
      return { ...place, kind: "topped-up", deposit: uint(data, 1, AMOUNT) };
    case SETTLED:
      return { ...place, kind: "settled", settled: uint(data, 1, AMOUNT) };
    case CLOSE_REQUESTED:
      return {
        ...place,
        kind: "close-requested",
        settled: uint(data, 0, AMOUNT),
        closesAt: Number(uint(data, 1, TIME)),
      };
    default:
      return { ...place, kind: "closed", settled: uint(data, 0, AMOUNT) };
  }
}
