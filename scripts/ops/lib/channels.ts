import { isError } from "ethers";
import type { ChannelManager } from "@rmps/contracts";
import type { Address, Hex, Terms } from "@rmps/proofs";
import type { Chain } from "./chain.ts";

/** `closesAt` of a closed channel. */
const CLOSED = 2n ** 32n - 1n;

/** Blocks that are asked for at once, where the node allows it. */
const CHUNK = 50_000;

/** A channel as the chain knows it. Amounts are in the token's smallest unit. */
export interface Channel {
  id: Hex;
  terms: Terms;
  block: number;
  deposit: bigint;
  settled: bigint;
  /** Unix seconds from which it may be finalized; 0 unless it is closing. */
  closesAt: number;
  status: "open" | "closing" | "due" | "closed";
}

/** Which channels. */
export interface Filter {
  id?: Hex;
  /** Sender or receiver. */
  party?: Address;
}

/** What the log of an opening says. */
interface Opening {
  id: Hex;
  terms: Terms;
  block: number;
}

/** The openings of a range of blocks, asked for in smaller pieces where the node refuses so many. */
async function openings(manager: ChannelManager, filter: Filter, from: number, to: number): Promise<Opening[]> {
  const { ChannelOpened } = manager.filters;
  const queries =
    filter.party === undefined
      ? [ChannelOpened(filter.id)]
      : [ChannelOpened(filter.id, filter.party), ChannelOpened(filter.id, undefined, filter.party)];
  try {
    const logs = (await Promise.all(queries.map((query) => manager.queryFilter(query, from, to)))).flat();
    return logs.map(({ args, blockNumber }) => ({ id: lower(args.id), terms: termsOf(args), block: blockNumber }));
  } catch (error) {
    if (from === to || isError(error, "NETWORK_ERROR") || isError(error, "TIMEOUT")) throw error;
    const middle = Math.floor((from + to) / 2);
    const first = await openings(manager, filter, from, middle);
    return [...first, ...(await openings(manager, filter, middle + 1, to))];
  }
}

const lower = (text: string): Hex => text.toLowerCase() as Hex;

/** Terms out of the event that announced them. */
function termsOf(opened: Record<Exclude<keyof Terms, "challengePeriod">, string> & { challengePeriod: bigint }): Terms {
  return {
    sender: lower(opened.sender),
    senderSigner: lower(opened.senderSigner),
    receiver: lower(opened.receiver),
    receiverSigner: lower(opened.receiverSigner),
    token: lower(opened.token),
    challengePeriod: Number(opened.challengePeriod),
    salt: lower(opened.salt),
  };
}

function statusOf(closesAt: bigint, now: number): Channel["status"] {
  if (closesAt === 0n) return "open";
  if (closesAt === CLOSED) return "closed";
  return closesAt <= BigInt(now) ? "due" : "closing";
}

/** The channel of these terms as it is now; undefined where it was never opened. */
export async function look(chain: Chain, id: Hex, terms: Terms, block: number): Promise<Channel | undefined> {
  const [{ deposit, settled, closesAt }, latest] = await Promise.all([
    chain.manager.stateOf(id),
    chain.provider.getBlock("latest"),
  ]);
  if (deposit === 0n) return undefined;
  const status = statusOf(closesAt, latest?.timestamp ?? 0);
  return { id, terms, block, deposit, settled, closesAt: closesAt === CLOSED ? 0 : Number(closesAt), status };
}

/** Channels that the manager's logs tell of, oldest first, each as it is now. */
export async function findChannels(chain: Chain, filter: Filter): Promise<Channel[]> {
  const head = await chain.provider.getBlockNumber();
  const found = new Map<Hex, Channel>();
  for (let from = chain.fromBlock; from <= head; from += CHUNK) {
    const opened = await openings(chain.manager, filter, from, Math.min(head, from + CHUNK - 1));
    for (const { id, terms, block } of opened) {
      const channel = found.has(id) ? undefined : await look(chain, id, terms, block);
      if (channel !== undefined) found.set(id, channel);
    }
  }
  return [...found.values()].sort((a, b) => a.block - b.block);
}
