import { RpcError, RpcUnavailable } from "./errors.ts";

/** One node, however it is reached. */
export interface Endpoint {
  /** Its address without user, password, path and query, in which providers put their keys: for logs. */
  readonly label: string;
  /**
   * @throws RpcError where the node answers with an error; RpcUnavailable where no answer comes within the time-out.
   */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Calls `listener` whenever the node announces a block (WebSocket only). @returns how to stop it. */
  onHead(listener: () => void): () => void;
  /** Drops the connection, if there is one; the next call makes a new one. */
  interrupt?(): void;
  close(): void;
}

/** Parsed JSON-RPC 2.0 answer. */
export interface Answer {
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: { code?: unknown; message?: unknown; data?: unknown } | null;
}

/** The result in an answer. @throws RpcError, RpcUnavailable as `Endpoint.request`. */
export function resultOf(answer: unknown, method: string, label: string): unknown {
  if (typeof answer !== "object" || answer === null)
    throw new RpcUnavailable(`${label}: ${method}: no JSON-RPC answer`);
  const { result, error } = answer as Answer;
  if (error !== undefined && error !== null) {
    throw new RpcError(
      method,
      Number(error.code ?? 0),
      typeof error.message === "string" ? error.message : "unknown error",
      error.data,
    );
  }
  if (result === undefined) throw new RpcUnavailable(`${label}: ${method}: an answer without a result`);
  return result;
}

/** What of a URL may be logged. */
export function labelOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
