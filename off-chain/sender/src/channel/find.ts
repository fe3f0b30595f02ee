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
import { searchBlocks } from "./ranges.ts";

/** A channel in the chain's logs: an opening names its complete terms. */
export interface LoggedChannel {
  id: Hex;
  terms: Terms;
  block: number;
}

/**
 * All channels that were ever opened in a sender's name, oldest first. Anyone can open a channel in anyone's name: what
 * is found here is to be adopted only where all its terms are what the sender would have chosen.
 * @throws SenderError `chain` where the RPC refuses even short ranges.
 */
export async function findChannels(chain: Chain, manager: KnownManager, sender: Address): Promise<LoggedChannel[]> {
  const contract = managerAt(manager.contract, chain.provider);
  const filter = contract.filters.ChannelOpened(undefined, sender);
  try {
    const head = await chain.provider.getBlockNumber();
    const logs = await searchBlocks(manager.block, head, (from, to) => contract.queryFilter(filter, from, to));
    return logs.flatMap(({ args, blockNumber: block }) => {
      const terms = termsOf(args);
      const id = parseHash(args.id);
      const isItsOwn = terms !== undefined && id === channelId(terms, { ...manager, chainId: chain.chainId });
      return isItsOwn ? [{ id, terms, block }] : [];
    });
  } catch (error) {
    throw chainError(error, "searching the logs");
  }
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
