import { RefusedToStart } from "../../refused-to-start.ts";
import type { Endpoint } from "./endpoint.ts";
import { isOfNode, isRateLimit, RpcError, RpcUnavailable } from "./errors.ts";
import { httpEndpoint } from "./http.ts";
import { ask, type Reader } from "./results.ts";
import { webSocketEndpoint } from "./websocket.ts";

/** Several nodes of one chain, asked in the order given, and a failing one not again for a while. */
export interface Rpc {
  readonly endpoints: readonly Endpoint[];
  /**
   * One call, at the first node that answers as it should.
   * @throws RpcError as the node answered; RpcUnavailable where none did.
   */
  request<T>(method: string, params: readonly unknown[], read: Reader<T>): Promise<T>;
  /**
   * Several calls that read one and the same chain, so all at one node. Where `work` fails because the node does, or
   * answers with an error (or throws RpcUnavailable to say that its answers do not fit), it is run again from the start
   * at the next.
   * @throws RpcUnavailable where none did what was asked.
   */
  atOneNode<T>(work: (node: Endpoint) => Promise<T>): Promise<T>;
  /** One call at every node at once, for sending transactions. @returns the first success. @throws as `request`. */
  everywhere(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Calls `listener` whenever a node announces a block. @returns how to stop it. */
  onHead(listener: () => void): () => void;
  close(): void;
}

export interface RpcOptions {
  /** For one call at one node, in milliseconds; 10,000 unless given. */
  timeoutMs?: number;
  /** Milliseconds of any clock. */
  now?: () => number;
  /** Told of each failure of a node, by its label. */
  onFailure?: (label: string, error: Error) => void;
}

/** How often the list of nodes is gone through before giving up. */
const ROUNDS = 2;

/** Milliseconds before the list is gone through again. */
const PAUSE = 100;

/** Milliseconds for which a node that failed is asked last. */
const PENALTY = 15_000;

/**
 * Connects (when first needed) to the nodes of a chain.
 * @param urls http:, https:, ws: or wss:, at least one; the first is preferred.
 * @throws RefusedToStart where a URL is none of these.
 */
export function createRpc(urls: readonly string[], options: RpcOptions = {}): Rpc {
  const { timeoutMs = 10_000, now = Date.now } = options;
  if (urls.length === 0) throw noUrl("No RPC URL is given");
  const endpoints = urls.map((url, index) => connectTo(url, index, timeoutMs));
  const failedAt = new Map<Endpoint, number>();

  /** Nodes that failed lately come last, the one that failed longest ago first. */
  function order(): Endpoint[] {
    const penalty = (node: Endpoint) => {
      const at = failedAt.get(node);
      return at !== undefined && now() - at < PENALTY ? at : -Infinity;
    };
    return endpoints.toSorted((a, b) => {
      const [first, second] = [penalty(a), penalty(b)];
      return first === second ? 0 : first - second;
    });
  }

  async function tryInTurn<T>(work: (node: Endpoint) => Promise<T>, passes: (error: unknown) => boolean): Promise<T> {
    let last: unknown;
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
      for (const node of order()) {
        try {
          const result = await work(node);
          failedAt.delete(node);
          return result;
        } catch (error) {
          if (!passes(error)) throw error;
          last = error;
          failedAt.set(node, now());
          options.onFailure?.(node.label, error as Error);
        }
      }
    }
    throw last instanceof RpcUnavailable ? last : new RpcUnavailable((last as Error).message, last);
  }

  const noAnswer = (error: unknown) => error instanceof RpcUnavailable || isRateLimit(error);

  return {
    endpoints,
    request: (method, params, read) => tryInTurn((node) => ask(node, method, params, read), noAnswer),
    atOneNode: (work) => tryInTurn(work, isOfNode),
    async everywhere(method, params) {
      try {
        return await Promise.any(endpoints.map((node) => node.request(method, params)));
      } catch (error) {
        const errors = (error as AggregateError).errors as Error[];
        throw errors.find((each) => each instanceof RpcError) ?? errors[0] ?? error;
      }
    },
    onHead(listener) {
      const stops = endpoints.map((node) => node.onHead(listener));
      return () => stops.forEach((stop) => stop());
    },
    close: () => endpoints.forEach((node) => node.close()),
  };
}

function connectTo(url: string, index: number, timeoutMs: number): Endpoint {
  switch (URL.canParse(url) ? new URL(url).protocol : undefined) {
    case "http:":
    case "https:":
      return httpEndpoint(url, timeoutMs);
    case "ws:":
    case "wss:":
      return webSocketEndpoint(url, timeoutMs);
    default:
      throw noUrl(`RPC URL ${index + 1} is none`); // not quoted: URLs of nodes hold the keys of their users
  }
}

function noUrl(problem: string): RefusedToStart {
  return new RefusedToStart(`${problem}.`, "Name nodes of the chain (rpc) by http://, https://, ws:// or wss://.");
}
