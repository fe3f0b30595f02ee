import { labelOf, resultOf, type Endpoint } from "./endpoint.ts";
import { AnswerTooLong, RpcError, RpcUnavailable } from "./errors.ts";

/** Most that is read of one answer, in bytes: a node that sends for ever must not fill memory. */
const MAX_ANSWER = 64 * 1024 * 1024;

/**
 * A node over HTTP.
 * @param url http: or https:; user and password in it are sent as basic authentication.
 * @param timeoutMs for one call, body included.
 */
export function httpEndpoint(url: string, timeoutMs: number): Endpoint {
  const label = labelOf(url);
  const target = new URL(url);
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (target.username !== "") {
    const credentials = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    target.username = target.password = "";
  }
  let id = 0;
  const closing = new AbortController();

  async function post(method: string, params: readonly unknown[]): Promise<unknown> {
    const response = await fetch(target, {
      method: "POST",
      headers,
      body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]),
      redirect: "error",
    });
    const text = await textOf(response);
    if (text === undefined) throw new AnswerTooLong(`${label}: ${method}: more than ${MAX_ANSWER} bytes`);
    if (response.status === 429) throw new RpcError(method, 429, "too many requests", undefined);
    try {
      return JSON.parse(text);
    } catch {
      throw new RpcUnavailable(`${label}: ${method}: HTTP ${response.status}, not JSON`);
    }
  }

  return {
    label,
    async request(method, params) {
      try {
        return resultOf(await post(method, params), method, label);
      } catch (error) {
        if (error instanceof RpcError || error instanceof RpcUnavailable) throw error;
        throw new RpcUnavailable(`${label}: ${method}: ${reason(error)}`, error);
      }
    },
    onHead: () => () => undefined,
    close: () => closing.abort(),
  };
}

/** An answer's text; undefined where it is longer than we read, whether or not it said so before. */
async function textOf({ headers, body }: Response): Promise<string | undefined> {
  if (Number(headers.get("content-length") ?? 0) > MAX_ANSWER) {
    await body?.cancel();
    return undefined;
  }
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  const chunks: AsyncIterable<Uint8Array> | [] = body ?? [];
  for await (const chunk of chunks) {
    if ((bytes += chunk.byteLength) > MAX_ANSWER) return undefined; // The rest is cancelled.
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
