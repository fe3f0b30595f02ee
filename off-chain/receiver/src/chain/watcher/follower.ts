import type { Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { ChainEvent, ChainStore, Head } from "../../store/chain.ts";
import { groupBy } from "../../store/group-by.ts";
import type { Endpoint } from "../rpc/endpoint.ts";
import { RpcUnavailable } from "../rpc/errors.ts";
import { fingerprint, type Audit } from "./audit.ts";
import { ChunkSize } from "./chunk-size.ts";
import { findFork } from "./fork.ts";
import type { HeadClock } from "./head-clock.ts";
import { readBlock, readChunk, type Block, type Chunk, type Subject } from "./node-view.ts";

/** How deep below the head a deposit counts: so many blocks, or where the chain itself says so. */
export type Confirmations = number | "safe" | "finalized";

/** Events of so many blocks below the head keep the hashes of their blocks, to find the place where a fork began. */
const KEEP_HASHES = 256;

/** Milliseconds between two times that an unchanged head is written down, so that other nodes see that somebody reads. */
const OBSERVE_AGAIN = 5_000;

export interface FollowerOptions {
  readonly store: ChainStore;
  readonly subject: Subject;
  /** Where reading begins. */
  readonly deploymentBlock: number;
  readonly confirmations: Confirmations;
  /** Whether a head below our cursor means that the chain got shorter (31337), not that the node lags. */
  readonly shrinks: boolean;
  readonly clock: HeadClock;
  /** Checks blocks before they count; undefined where they count at once. */
  readonly audit: Audit | undefined;
  readonly log: Logger;
  /** Told whether the nodes contradict each other. */
  readonly onDispute: (nodes: string[] | undefined) => void;
}

/** Brings the store up to the head that one node shows. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #chunk = new ChunkSize();
  /** Fingerprints of the events in the store, by block, where they are not audited yet. */
  readonly #unaudited = new Map<number, string>();
  /** Highest block that was audited; undefined before the first round, or the first since another node read. */
  #audited: number | undefined;
  #observedAt = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Forgets what was audited, and how: another node of the store goes on from here. */
  forget(): void {
    this.#audited = undefined;
    this.#unaudited.clear();
  }

  /** @returns ids of channels whose facts changed. @throws RpcUnavailable, StoreUnavailable; the next try goes on. */
  async follow(node: Endpoint): Promise<Hex[]> {
    const { store, clock } = this.#options;
    const latest = await this.latest(node);
    const target = await this.confirmed(node, latest);
    const changed = await this.#settleFork(node, latest);
    if (this.#audited === undefined) changed.push(...(await this.#resume(target)));
    let head = clock.see(latest, Math.min(target, this.#audited ?? target));
    changed.push(...(await this.#advance(node, latest, head)));
    if (this.#options.audit !== undefined && (this.#audited ?? -1) < target) {
      changed.push(...(await this.#check(this.#options.audit, target, head)));
      head = clock.see(latest, Math.min(target, this.#audited ?? -1));
      changed.push(...(await store.observe(head)));
    } else if (head.movedAt === head.readAt || head.readAt - this.#observedAt > OBSERVE_AGAIN) {
      this.#observedAt = head.readAt;
      changed.push(...(await store.observe(head)));
    }
    return changed;
  }

  async latest(node: Endpoint): Promise<Block> {
    const latest = await readBlock(node, "latest");
    if (latest === undefined) throw new RpcUnavailable(`${node.label} has no latest block`);
    return latest;
  }

  /** The highest block that is deep enough to count. */
  async confirmed(node: Endpoint, latest: Block): Promise<number> {
    const { confirmations } = this.#options;
    if (typeof confirmations === "number") return latest.number - confirmations;
    return (await readBlock(node, confirmations))?.number ?? -1;
  }

  /** Forgets what is not on the node's chain any more. */
  async #settleFork(node: Endpoint, latest: Block): Promise<Hex[]> {
    const { store, shrinks, log } = this.#options;
    const fork = await findFork(node, latest, store, shrinks);
    if (fork.kind === "none") return [];
    log.warn({ to: fork.to, from: fork.from, node: node.label }, "the chain was re-organized");
    return this.#rewind(fork.to);
  }

  async #rewind(to: number): Promise<Hex[]> {
    for (const block of this.#unaudited.keys()) if (block > to) this.#unaudited.delete(block);
    const { audit, deploymentBlock } = this.#options;
    if (audit !== undefined && (this.#audited ?? to) > to) this.#audited = Math.max(to, deploymentBlock - 1);
    return this.#options.store.rewind(to);
  }

  /** After a start, or taking over: what was not audited before is read anew, since nobody remembers what to compare it with. */
  async #resume(target: number): Promise<Hex[]> {
    const { store, audit, deploymentBlock } = this.#options;
    const cursor = await store.cursor();
    const before = (await store.head())?.confirmed ?? deploymentBlock - 1;
    this.#audited = Math.max(deploymentBlock - 1, Math.min(before, cursor?.number ?? before));
    if (audit === undefined) {
      this.#audited = Infinity;
      return [];
    }
    // One node alone has nobody to contradict it about the past; only what is new is read twice.
    if (cursor === undefined && audit.alone) this.#audited = Math.max(this.#audited, target);
    return cursor !== undefined && cursor.number > this.#audited ? this.#rewind(this.#audited) : [];
  }

  async #advance(node: Endpoint, latest: Block, head: Head): Promise<Hex[]> {
    const { store, deploymentBlock, subject, log } = this.#options;
    const changed: Hex[] = [];
    const cursor = await store.cursor();
    const read = (from: number): Promise<Chunk> =>
      this.#chunk.fit((size) => readChunk(node, subject, from, from + size > latest.number ? latest : from + size - 1));

    let from = cursor === undefined ? deploymentBlock : cursor.number + 1;
    let next = from <= latest.number ? read(from) : undefined;
    while (next !== undefined) {
      const { events, blocks, last } = await next;
      // The node looks for the next chunk while this one is stored.
      next = last.number < latest.number ? read(last.number + 1) : undefined;
      next?.catch(() => undefined); // Heard of when it is awaited, unless storing fails first.
      const keep = blocks.filter(({ number }) => number > latest.number - KEEP_HASHES);
      const step = { from, cursor: { number: last.number, hash: last.hash }, blocks: keep, events, head };
      changed.push(...(await store.advance(step)));
      this.#note(events);
      if (events.length > 0) log.debug({ from, to: last.number, events: events.length }, "read the chain");
      from = last.number + 1;
    }
    return changed;
  }

  #note(events: readonly ChainEvent[]): void {
    const audited = this.#audited ?? -1;
    for (const [block, each] of byBlock(events)) if (block > audited) this.#unaudited.set(block, fingerprint(each));
  }

  /** Compares what is about to count with what other nodes say, and puts the store right where it differs. */
  async #check(audit: Audit, target: number, head: Head): Promise<Hex[]> {
    const { store, log, onDispute } = this.#options;
    const changed: Hex[] = [];
    while ((this.#audited ?? -1) < target) {
      const from = (this.#audited ?? -1) + 1;
      const verdict = await audit.compare(from, target);
      if (verdict.kind === "unknown") return changed;
      onDispute(verdict.kind === "disagree" ? verdict.nodes : undefined);
      if (verdict.kind === "disagree") {
        changed.push(...(await store.foresee(verdict.requests)));
        return changed;
      }
      const { events, last, blocks } = verdict.chunk;
      if (this.#differs(events, from, last.number)) {
        log.error({ from, to: last.number }, "a node told us something else before: putting the store right");
        changed.push(...(await this.#rewind(from - 1)));
        const step = { from, cursor: { number: last.number, hash: last.hash }, blocks, events, head };
        changed.push(...(await store.advance(step)));
      }
      for (const block of this.#unaudited.keys()) if (block <= last.number) this.#unaudited.delete(block);
      this.#audited = last.number;
    }
    return changed;
  }

  #differs(events: readonly ChainEvent[], from: number, to: number): boolean {
    const now = byBlock(events);
    const blocks = new Set(now.keys());
    for (const block of this.#unaudited.keys()) if (block >= from && block <= to) blocks.add(block);
    for (const block of blocks) {
      const before = this.#unaudited.get(block) ?? fingerprint([]);
      if (before !== fingerprint(now.get(block) ?? [])) return true;
    }
    return false;
  }
}

const byBlock = (events: readonly ChainEvent[]): Map<number, ChainEvent[]> => groupBy(events, ({ block }) => block);
