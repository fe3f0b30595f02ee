import {
  channelId,
  parseAddress,
  parseHash,
  parseTerms,
  ParseError,
  type Address,
  type Hex,
  type Terms,
} from "@rmps/proofs";
import { managerAt, type Chain } from "./chain.ts";
import { chainError } from "./chain-error.ts";
import type { KnownManager } from "./managers.ts";

/** A channel in the chain's logs: an opening names its complete terms. */
export interface LoggedChannel {
  id: Hex;
  terms: Terms;
  block: number;
}

/** Blocks below which a range that an RPC refuses is not split any further. */
const SMALLEST_RANGE = 500;

/**
 * All channels that were ever opened in a sender's name, oldest first. Anyone can open a channel in anyone's name: what
 * is found here is to be adopted only where all its terms are what the sender would have chosen.
 * @throws SenderError `chain` where the RPC refuses even short ranges.
 */
export async function findChannels(chain: Chain, manager: KnownManager, sender: Address): Promise<LoggedChannel[]> {
  const contract = managerAt(manager.contract, chain.provider);
  const filter = contract.filters.ChannelOpened(undefined, sender);
  const found: LoggedChannel[] = [];
  try {
    const head = await chain.provider.getBlockNumber();
    let range = head - manager.block + 1;
    for (let from = manager.block; from <= head;) {
      const to = Math.min(from + range - 1, head);
      const logs = await contract.queryFilter(filter, from, to).catch((error: unknown) => {
        if (range <= SMALLEST_RANGE) throw error;
        range = Math.max(SMALLEST_RANGE, Math.floor(range / 4)); // RPCs limit ranges, each to another figure
        return undefined;
      });
      if (logs === undefined) continue;
      for (const log of logs) {
        const terms = termsOf(log.args);
        const id = parseHash(log.args.id);
        if (terms !== undefined && channelId(terms, { chainId: chain.chainId, contract: manager.contract }) === id) {
          found.push({ id, terms, block: log.blockNumber });
        }
      }
      from = to + 1;
    }
  } catch (error) {
    throw chainError(error, "searching the logs");
  }
  return found;
}

type OpenedArgs = Omit<Terms, "challengePeriod" | "salt"> & { challengePeriod: bigint; salt: string };

function termsOf(args: { [Field in keyof OpenedArgs]: OpenedArgs[Field] extends bigint ? bigint : string }) {
  try {
    return parseTerms({
      sender: parseAddress(args.sender),
      senderSigner: parseAddress(args.senderSigner),
      receiver: parseAddress(args.receiver),
      receiverSigner: parseAddress(args.receiverSigner),
      token: parseAddress(args.token),
      challengePeriod: args.challengePeriod,
      salt: parseHash(args.salt),
    });
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
