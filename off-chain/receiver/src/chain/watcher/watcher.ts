import type { Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { Head } from "../../store/chain.ts";
import type { Store } from "../../store/store.ts";
import { Heartbeat } from "../heartbeat.ts";
import type { Endpoint } from "../rpc/endpoint.ts";
import { RpcUnavailable } from "../rpc/errors.ts";
import type { Rpc } from "../rpc/rpc.ts";
import { Audit } from "./audit.ts";
import { Follower, type Confirmations } from "./follower.ts";
import { HeadClock } from "./head-clock.ts";
import { Looks } from "./looks.ts";
import { readBlock, readEvents, type Block, type Subject } from "./node-view.ts";

/** Blocks that one look for a single channel spans at most, counted back from the head. */
const LOOK_BLOCKS = 2_000;

/** Looks for unknown channels, in all, a second. */
const LOOKS_PER_SECOND = { development: 50, elsewhere: 2 };

/** After so many milliseconds without a new block, other nodes are asked whether they have one. */
const STANDSTILL = 30_000;

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
  readonly log: Logger;
  readonly now?: () => number;
  /** Channels whose facts changed, after every round. */
  readonly onRound?: (changed: readonly Hex[]) => void;
  /** Told whether nodes contradict each other, and which. */
  readonly onDispute?: (nodes: string[] | undefined) => void;
}

/** Follows the manager's events into the store. Only one node of a store reads; the others share what it found. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #now: () => number;
  readonly #clock: HeadClock;
  readonly #follower: Follower;
  readonly #looks: Looks;
  readonly #beat: Heartbeat;
  #synced = false;
  #leading = false;

  constructor(options: WatcherOptions) {
    const { rpc, store, subject, log, confirmations, development } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#clock = new HeadClock(this.#now);
    this.#follower = new Follower({
      ...options,
      shrinks: development && rpc.endpoints.length === 1,
      store: store.chain,
      clock: this.#clock,
      audit: confirmations === 0 ? undefined : new Audit(rpc.endpoints, subject, log, this.#now),
      onDispute: options.onDispute ?? (() => undefined),
    });
    this.#looks = new Looks(development ? LOOKS_PER_SECOND.development : LOOKS_PER_SECOND.elsewhere, this.#now);
    const failed = (error: unknown) => log.warn({ err: error }, "cannot read the chain");
    this.#beat = new Heartbeat(() => this.#round(), options.pollMs, failed, this.#now);
  }

  /** Reads up to the head once, then goes on by itself. @throws as the first round, and nothing goes on then. */
  async start(): Promise<void> {
    const head = await this.#options.store.chain.head();
    if (head !== undefined) this.#clock.adopt(head);
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
      this.#follower.forget();
      const head = await store.chain.head();
      if (head !== undefined) this.#clock.adopt(head);
      this.#synced = head !== undefined;
      return;
    }
    const changed = await rpc.atOneNode(async (node) => {
      await this.#refuseStandstill(node);
      return this.#follower.follow(node);
    });
    this.#synced = true;
    onRound?.(changed);
  }

  /** @throws RpcUnavailable where the node has stood still for long and another one has newer blocks. */
  async #refuseStandstill(node: Endpoint): Promise<void> {
    const { rpc } = this.#options;
    const head = this.#clock.head;
    if (rpc.endpoints.length === 1 || head === undefined || this.#now() - head.movedAt < STANDSTILL) return;
    const others = rpc.endpoints.filter((other) => other !== node);
    const heights = await Promise.all(
      [node, ...others].map(async (each) => (await readBlock(each, "latest").catch(() => undefined))?.number ?? -1),
    );
    if (Math.max(...heights) > heights[0]!) throw new RpcUnavailable(`${node.label} stands still at ${head.number}`);
  }

  async #look(id: Hex): Promise<void> {
    const { store, rpc, subject, deploymentBlock } = this.#options;
    await rpc.atOneNode(async (node) => {
      const latest = await this.#follower.latest(node);
      const cursor = await store.chain.cursor();
      const unread = cursor === undefined ? deploymentBlock : cursor.number + 1;
      const from = Math.max(unread, latest.number - LOOK_BLOCKS + 1);
      if (from > latest.number) return;
      const { events } = await readEvents(node, subject, { from, to: latest.number, id });
      if (events.length > 0) await store.chain.foresee(events);
    });
  }
}
