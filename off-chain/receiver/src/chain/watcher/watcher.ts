import type { Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { Head } from "../../store/chain.ts";
import type { Store } from "../../store/store.ts";
import type { Endpoint } from "../rpc/endpoint.ts";
import { RpcUnavailable } from "../rpc/errors.ts";
import type { Rpc } from "../rpc/rpc.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Looks } from "./looks.ts";
import { ChunkSize, readBlock, readChunk, readEvents, type Block, type Subject } from "./node-view.ts";
import { findFork } from "./fork.ts";
import { HeadClock } from "./head-clock.ts";

/** How deep below the head a deposit counts: so many blocks, or where the chain itself says so. */
export type Confirmations = number | "safe" | "finalized";

/** Blocks that one look for a single channel spans at most, counted back from the head. */
const LOOK_BLOCKS = 2_000;

/** Events of so many blocks below the head keep the hashes of their blocks, to find the place where a fork began. */
const KEEP_HASHES = 256;

export interface WatcherOptions {
  readonly rpc: Rpc;
  readonly store: Pick<Store, "chain" | "lead" | "cached">;
  readonly subject: Subject;
  /** Where reading begins. */
  readonly deploymentBlock: number;
  readonly confirmations: Confirmations;
  /** Whether the chain can get shorter, and only moves when there is something to do (31337). */
  readonly development: boolean;
  /** Between two looks at the head, in milliseconds. */
  readonly pollMs: number;
  /** Blocks read at once, where the node takes so many. */
  readonly maxChunk?: number;
  /** Looks for unknown channels, in all, a second. */
  readonly looksPerSecond?: number;
  readonly log: Logger;
  readonly now?: () => number;
  /** Channels whose facts changed, and after every round with no ids. */
  readonly onRound?: (changed: readonly Hex[]) => void;
}

/** Follows the manager's events into the store. Only one node of a store reads; the others share what it found. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #clock: HeadClock;
  readonly #chunk: ChunkSize;
  readonly #looks: Looks;
  readonly #beat: Heartbeat;
  #synced = false;
  #leading = false;
  #observedAt = 0;

  constructor(options: WatcherOptions) {
    const now = options.now ?? Date.now;
    this.#options = options;
    this.#clock = new HeadClock(now);
    this.#chunk = new ChunkSize(options.maxChunk ?? 10_000);
    this.#looks = new Looks(options.looksPerSecond ?? (options.development ? 50 : 2), now);
    this.#beat = new Heartbeat(
      () => this.#round(),
      options.pollMs,
      (error) => this.#failed(error),
    );
  }

  /** Reads up to the head once, then goes on by itself. @throws as the first round, and nothing goes on then. */
  async start(): Promise<void> {
    this.#clock.restore(await this.#options.store.chain.head());
    await this.round();
    this.#beat.start(this.#options.rpc);
  }

  /** One round now; rounds never overlap. @throws RpcUnavailable, RpcError, StoreUnavailable */
  round(): Promise<void> {
    return this.#beat.beat();
  }

  /** The chain as last read; undefined until everything up to some head has been read. */
  head(): Head | undefined {
    return this.#synced ? this.#clock.head : undefined;
  }

  /** The head's block, where this node reads the chain itself. */
  get block(): Block | undefined {
    return this.#clock.block;
  }

  /** What the chain's clock shows by now at the earliest, Unix seconds. */
  time(): number {
    return this.#clock.time();
  }

  /** Since when rounds have failed, Unix milliseconds; undefined while they do not. */
  get failingSince(): number | undefined {
    return this.#beat.failingSince;
  }

  /** Whether this node reads the chain itself. */
  get leading(): boolean {
    return this.#leading;
  }

  /** One bounded look for a channel that the store does not know, unless it was in vain since the last block. */
  async discover(id: Hex): Promise<void> {
    const { store, log } = this.#options;
    if (!this.#looks.allow(id, this.#clock.head?.hash)) return;
    try {
      await (this.#synced && this.#leading ? this.#beat.fresh() : this.#look(id));
    } catch (error) {
      log.debug({ err: error, channel: id }, "could not look for a channel");
      return;
    }
    if (store.cached(id) === undefined) this.#looks.remember(id, this.#clock.head?.hash);
  }

  async stop(): Promise<void> {
    await this.#beat.stop();
  }

  async #round(): Promise<void> {
    const { store, rpc, onRound } = this.#options;
    this.#leading = await store.lead();
    if (!this.#leading) {
      const head = await store.chain.head();
      if (head !== undefined) this.#clock.adopt(head);
      this.#synced = head !== undefined;
      return;
    }
    const changed = await rpc.atOneNode((node) => this.#follow(node));
    this.#synced = true;
    onRound?.(changed);
  }

  async #follow(node: Endpoint): Promise<Hex[]> {
    const { store, deploymentBlock, development, log } = this.#options;
    const latest = await this.#latest(node);
    const changed: Hex[] = [];
    let cursor = await store.chain.cursor();
    const fork = await findFork(node, store.chain, cursor, latest, development);
    if (fork.kind === "rewind") {
      log.warn({ to: fork.to, from: cursor?.number, node: node.label }, "the chain was re-organized");
      changed.push(...(await store.chain.rewind(fork.to)));
      cursor = await store.chain.cursor();
    }
    const head = this.#clock.see(latest, await this.#confirmed(node, latest));
    let from = cursor === undefined ? deploymentBlock : cursor.number + 1;
    if (from > latest.number && this.#observeAgain(head)) changed.push(...(await store.chain.observe(head)));
    while (from <= latest.number) {
      const begin = from;
      const { events, blocks, last } = await this.#chunk.fit((size) => {
        const to = begin + size - 1;
        return readChunk(node, this.#options.subject, begin, to >= latest.number ? latest : to);
      });
      const keep = blocks.filter(({ number }) => number > latest.number - KEEP_HASHES);
      const step = { from, cursor: { number: last.number, hash: last.hash }, blocks: keep, events, head };
      changed.push(...(await store.chain.advance(step)));
      if (events.length > 0) log.debug({ from, to: last.number, events: events.length }, "read the chain");
      from = last.number + 1;
    }
    return changed;
  }

  async #latest(node: Endpoint): Promise<Block> {
    const latest = await readBlock(node, "latest");
    if (latest === undefined) throw new RpcUnavailable(`${node.label} has no latest block`);
    return latest;
  }

  async #confirmed(node: Endpoint, latest: Block): Promise<number> {
    const { confirmations } = this.#options;
    if (typeof confirmations === "number") return latest.number - confirmations;
    return (await readBlock(node, confirmations))?.number ?? -1;
  }

  /** The head is stored when it moved, and now and then, so that other nodes see that somebody reads. */
  #observeAgain(head: Head): boolean {
    if (head.movedAt !== head.readAt && head.readAt - this.#observedAt < 5_000) return false;
    this.#observedAt = head.readAt;
    return true;
  }

  async #look(id: Hex): Promise<void> {
    const { store, rpc, subject, deploymentBlock } = this.#options;
    await rpc.atOneNode(async (node) => {
      const latest = await this.#latest(node);
      const cursor = await store.chain.cursor();
      const unread = cursor === undefined ? deploymentBlock : cursor.number + 1;
      const from = Math.max(unread, latest.number - LOOK_BLOCKS + 1);
      if (from > latest.number) return;
      const { events } = await readEvents(node, subject, { from, to: latest.number, id });
      if (events.length === 0) return;
      await store.chain.foresee(events);
      if (!this.#leading) await store.chain.observe(this.#clock.see(latest, await this.#confirmed(node, latest)));
    });
  }

  #failed(error: unknown): void {
    this.#options.log.warn({ err: error }, "cannot read the chain");
  }
}
