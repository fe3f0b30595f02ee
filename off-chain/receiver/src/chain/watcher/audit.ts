import type { Logger } from "pino";
import type { ChainEvent } from "../../store/chain.ts";
import type { Endpoint } from "../rpc/endpoint.ts";
import { isOfNode, NodeLags, RpcUnavailable } from "../rpc/errors.ts";
import { ChunkSize } from "./chunk-size.ts";
import { readBlock, readChunk, type Chunk, type Subject } from "./node-view.ts";

/** What several nodes say about a range of blocks. */
export type Verdict =
  /** Enough of them (or all that answer) say the same. */
  | { readonly kind: "agreed"; readonly chunk: Chunk; readonly from: number }
  /** They contradict each other: nothing in the range is to be believed, except that somebody asks to close. */
  | { readonly kind: "disagree"; readonly requests: ChainEvent[]; readonly nodes: string[] }
  /** Nodes that follow the chain do not have these blocks, or not yet: they may be one node's invention. */
  | { readonly kind: "unknown" };

/** After so many milliseconds without a new block, a node does not follow the chain any more: it has no say. */
const STANDSTILL = 120_000;

/** The events of a range as text, to be compared: what they say and where they stand, in order. */
export function fingerprint(events: readonly ChainEvent[]): string {
  const write = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
  return JSON.stringify(
    [...events].sort((a, b) => a.block - b.block || a.logIndex - b.logIndex),
    write,
  );
}

/**
 * Reads blocks that are deep enough to count a second time, at several nodes, before they count: a node may have lied,
 * or have left out events at the head, where many are not quite in step.
 */
export class Audit {
  readonly #nodes: readonly Endpoint[];
  readonly #subject: Subject;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #size = new ChunkSize();
  /** Heads of nodes that were behind, and since when each has been what it is. */
  readonly #heads = new Map<Endpoint, { readonly head: number; readonly since: number }>();

  /** @param now Unix milliseconds. */
  constructor(nodes: readonly Endpoint[], subject: Subject, log: Logger, now: () => number) {
    this.#nodes = nodes;
    this.#subject = subject;
    this.#log = log;
    this.#now = now;
  }

  /** Whether there is only one node to ask. */
  get alone(): boolean {
    return this.#nodes.length === 1;
  }

  /**
   * Compares what nodes say about `from …`, up to `to` at most.
   * @throws RpcUnavailable where none answers.
   */
  async compare(from: number, to: number): Promise<Verdict> {
    const quorum = Math.min(2, this.#nodes.length);
    const said = new Map<string, { chunk: Chunk; nodes: string[] }>();
    let last: Error | undefined;
    let end = to;
    let behind = 0;
    for (const node of this.#nodes) {
      let chunk: Chunk;
      try {
        chunk = await this.#size.fit((size) => readChunk(node, this.#subject, from, Math.min(end, from + size - 1)));
      } catch (error) {
        if (!isOfNode(error)) throw error;
        last = error;
        if (!(error instanceof NodeLags)) continue;
        const head = await this.#headOf(node);
        if (head !== undefined && head >= from && head < end) return this.compare(from, head);
        if (head !== undefined && this.#follows(node, head)) behind++;
        continue;
      }
      // What is compared has to be the same range, also where a later node takes only a smaller one.
      if (chunk.last.number < end && said.size > 0) return this.compare(from, chunk.last.number);
      end = chunk.last.number;
      const key = `${chunk.last.hash} ${fingerprint(chunk.events)}`;
      const same = said.get(key) ?? { chunk, nodes: [] };
      same.nodes.push(node.label);
      said.set(key, same);
      if (same.nodes.length >= quorum) return { kind: "agreed", chunk, from };
    }
    const all = [...said.values()];
    if (all.length === 0) throw new RpcUnavailable(last?.message ?? "no node answers", last);
    if (all.length === 1) return behind > 0 ? { kind: "unknown" } : { kind: "agreed", chunk: all[0]!.chunk, from };
    const nodes = all.map((each) => each.nodes.join(", "));
    this.#log.error({ from, to: end, nodes }, "nodes contradict each other");
    const requests = all.flatMap(({ chunk }) => chunk.events.filter(({ kind }) => kind === "close-requested"));
    return { kind: "disagree", requests, nodes };
  }

  async #headOf(node: Endpoint): Promise<number | undefined> {
    try {
      return (await readBlock(node, "latest"))?.number;
    } catch (error) {
      if (!isOfNode(error)) throw error;
      return undefined;
    }
  }

  /** Whether the head of a node that is behind has moved lately. */
  #follows(node: Endpoint, head: number): boolean {
    const known = this.#heads.get(node);
    if (known?.head === head) return this.#now() - known.since < STANDSTILL;
    this.#heads.set(node, { head, since: this.#now() });
    return true;
  }
}
