import { isDeepStrictEqual } from "node:util";
import type { Address, Hex } from "@rmps/proofs";
import type { BlockRef, ChainEvent } from "../../store/chain.ts";
import type { Endpoint } from "../rpc/endpoint.ts";
import { NodeLags, RpcError, RpcUnavailable } from "../rpc/errors.ts";
import { ask, count, hash, members, quantity } from "../rpc/results.ts";
import { CHANNEL_TOPICS, decodeLog, readLogs } from "./events.ts";

/** What of a block's header is used. */
export interface Block extends BlockRef {
  readonly parentHash: Hex;
  /** Unix seconds. */
  readonly timestamp: number;
  /** Wei per gas; undefined on chains without EIP-1559. */
  readonly baseFeePerGas: bigint | undefined;
}

/** A block's tag, or its number. */
export type BlockName = "latest" | "safe" | "finalized" | number;

/** Null where there is none. */
function toBlock(result: unknown): Block | null | undefined {
  if (result === null) return null;
  const raw = members(result) ?? {};
  const [number, timestamp] = [count(raw["number"]), count(raw["timestamp"])];
  const [own, parentHash] = [hash(raw["hash"]), hash(raw["parentHash"])];
  if (number === undefined || timestamp === undefined || own === undefined || parentHash === undefined)
    return undefined;
  return { number, hash: own, parentHash, timestamp, baseFeePerGas: quantity(raw["baseFeePerGas"]) };
}

/** A block as one node sees it; undefined where it has none of that number (yet). */
export async function readBlock(node: Endpoint, name: BlockName): Promise<Block | undefined> {
  const tag = typeof name === "number" ? `0x${name.toString(16)}` : name;
  try {
    return (await ask(node, "eth_getBlockByNumber", [tag, false], toBlock)) ?? undefined;
  } catch (error) {
    // Some nodes answer with an error where others say null.
    if (error instanceof RpcError && /not found|unknown block|exceeds|out of range/i.test(error.message))
      return undefined;
    throw error;
  }
}

/** Whose events are read. */
export interface Subject {
  readonly contract: Address;
  readonly receiver: Address;
}

/** Events of some blocks, and hashes of the blocks that hold them. */
export interface Events {
  readonly events: ChainEvent[];
  readonly blocks: BlockRef[];
}

/**
 * The events of our channels in a range of blocks; with `id`, of one channel.
 * @throws RpcError where the node finds the range too large (`isRangeTooLarge`).
 */
export async function readEvents(
  node: Endpoint,
  { contract, receiver }: Subject,
  range: { from: number; to: number; id?: Hex },
): Promise<Events> {
  const topics = range.id === undefined ? [CHANNEL_TOPICS] : [CHANNEL_TOPICS, range.id];
  const fromBlock = `0x${range.from.toString(16)}`;
  const toBlock = `0x${range.to.toString(16)}`;
  const logs = await ask(node, "eth_getLogs", [{ address: contract, topics, fromBlock, toBlock }], readLogs);
  const events = new Map<string, ChainEvent>();
  const blocks = new Map<number, Hex>();
  for (const log of logs) {
    if (log.removed === true) continue;
    if (log.address.toLowerCase() !== contract) throw new RpcUnavailable("the node sent logs of another contract");
    const event = decodeLog(log, receiver);
    if (event === undefined) continue;
    if (event.block < range.from || event.block > range.to) throw new RpcUnavailable("logs out of the range asked for");
    const place = `${event.block} ${event.logIndex}`;
    const known = events.get(place);
    if (known !== undefined && !isDeepStrictEqual(known, event)) throw new RpcUnavailable("two logs in one place");
    events.set(place, event);
    const blockHash = log.blockHash.toLowerCase() as Hex;
    if ((blocks.get(event.block) ?? blockHash) !== blockHash) {
      throw new RpcUnavailable("logs of two forks in one answer");
    }
    blocks.set(event.block, blockHash);
  }
  return { events: [...events.values()], blocks: [...blocks].map(([number, hash]) => ({ number, hash })) };
}

/** Events in `from … last`, where `last` may be lower than asked because the node found the range too large. */
export interface Chunk extends Events {
  readonly last: Block;
}

/**
 * Reads a range of blocks at one node, so that what comes back belongs to one chain: the last block is looked at
 * before and after.
 * @throws RpcUnavailable where the chain changed in between; NodeLags where the node does not have the last block.
 */
export async function readChunk(node: Endpoint, subject: Subject, from: number, to: number | Block): Promise<Chunk> {
  const last = typeof to === "number" ? await readBlock(node, to) : to;
  if (last === undefined) throw new NodeLags(`${node.label} lags behind: it lacks blocks after ${from}`);
  const found = await readEvents(node, subject, { from, to: last.number });
  const again = await readBlock(node, last.number);
  const inLast = found.blocks.find(({ number }) => number === last.number);
  if (again?.hash !== last.hash || (inLast !== undefined && inLast.hash !== last.hash)) {
    throw new RpcUnavailable(`${node.label}: the chain changed while it was read`);
  }
  return { ...found, last };
}
