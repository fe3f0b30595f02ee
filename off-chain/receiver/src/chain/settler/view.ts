import type { ChainStore } from "../../store/chain.ts";
import type { Block } from "../watcher/node-view.ts";
import type { Watcher } from "../watcher/watcher.ts";

/** The chain as the watcher has read it. */
export interface View {
  readonly block: Block;
  readonly confirmed: number;
  /** Up to which block all events are in the store; the head itself, or below. */
  readonly read: number;
  /** Unix seconds on the chain's clock. */
  readonly time: number;
}

/** @returns undefined on a node that does not lead, and before anything was read. */
export async function viewOf(watcher: Watcher, store: Pick<ChainStore, "cursor">): Promise<View | undefined> {
  const { block } = watcher;
  const head = watcher.head();
  const cursor = await store.cursor();
  if (!watcher.leading || block === undefined || head === undefined || cursor === undefined) return undefined;
  return { block, confirmed: head.confirmed, read: cursor.number, time: watcher.time() };
}
