import type { Address, Terms } from "@rmps/proofs";
import type { Book } from "../book/book.ts";
import { CLOSED, observe } from "../book/moves.ts";
import { newRecord, type ChannelRecord } from "../book/record.ts";
import { factsOf, type Chain } from "./chain.ts";
import { findChannels } from "./find.ts";
import type { KnownManager } from "./managers.ts";

/** Which channels of the logs are taken into the book. */
export interface Adoption {
  /** Must look at all terms, for anyone can open a channel in anyone's name. */
  accept: (terms: Terms) => boolean;
  /** Whether those are taken too that are being closed. */
  closing: boolean;
}

/**
 * Takes channels of a sender from the chain's logs into the book.
 * @returns those that were accepted, and those that the book held already; without those that are closed.
 */
export async function adoptChannels(
  { book, chain }: { book: Book; chain: Chain },
  manager: KnownManager,
  sender: Address,
  { accept, closing }: Adoption,
): Promise<ChannelRecord[]> {
  const adopted: ChannelRecord[] = [];
  for (const { id, terms } of await findChannels(chain, manager, sender)) {
    const name = { chainId: chain.chainId, contract: manager.contract, id };
    const known = await book.find(name);
    if (known?.status === "closed" || (known === undefined && !accept(terms))) continue;
    const facts = await factsOf(chain, manager.contract, id);
    if (known === undefined && (facts.closesAt === CLOSED || (facts.closesAt > 0n && !closing))) continue;
    if (known === undefined) {
      await book.add(newRecord({ ...name, terms, status: "open", deposit: facts.deposit }, facts.settled));
    }
    const take = (record: ChannelRecord) => (observe(record, facts), structuredClone(record));
    adopted.push(await book.change(name, take));
  }
  return adopted;
}
