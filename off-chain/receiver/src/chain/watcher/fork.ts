import type { ChainStore } from "../../store/chain.ts";
import type { Endpoint } from "../rpc/endpoint.ts";
import { RpcUnavailable } from "../rpc/errors.ts";
import { readBlock, type Block } from "./node-view.ts";

/** Where a node's chain and ours part. */
export type Fork =
  /** The node's chain goes on from our cursor. */
  | { readonly kind: "none" }
  /** Ours is another chain above block `to`; we have read it up to `from`. */
  | { readonly kind: "rewind"; readonly from: number; readonly to: number };

/**
 * Compares what we read with the chain as a node sees it now.
 * @param head    the node's.
 * @param shrinks whether this chain can really get shorter (development chains that are reset); on others a head
 * below our cursor means a node that lags.
 * @throws RpcUnavailable where the node lags.
 */
export async function findFork(
  node: Endpoint,
  head: Block,
  store: Pick<ChainStore, "cursor" | "blocks">,
  shrinks: boolean,
): Promise<Fork> {
  const cursor = await store.cursor();
  if (cursor === undefined) return { kind: "none" };
  if (cursor.hash === head.hash || cursor.hash === head.parentHash) return { kind: "none" };
  if (cursor.number <= head.number) {
    const same = await readBlock(node, cursor.number);
    if (same?.hash === cursor.hash) return { kind: "none" };
    if (same === undefined) throw new RpcUnavailable(`${node.label} lags behind: it has no block ${cursor.number}`);
  }
  const kept = (await store.blocks()).filter(({ number }) => number <= head.number);
  let differs = cursor.number <= head.number;
  let to = -1;
  for (const block of kept) {
    if ((await readBlock(node, block.number))?.hash === block.hash) {
      to = block.number;
      break;
    }
    differs = true;
  }
  // Also one that is behind all that we remember: it has shown us no other chain, only none of ours.
  if (!differs && !shrinks) throw new RpcUnavailable(`${node.label} lags behind: its head is ${head.number}`);
  return { kind: "rewind", from: cursor.number, to };
}
