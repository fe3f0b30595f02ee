import { labelOf, resultOf, type Answer, type Endpoint } from "./endpoint.ts";
import { RpcError, RpcUnavailable } from "./errors.ts";

interface Waiting {
  method: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * A node over WebSocket: connects when first needed and again when the line was lost, and subscribes to new blocks.
 * @param url ws: or wss:.
 * @param timeoutMs for one call, connecting included.
 */
export function webSocketEndpoint(url: string, timeoutMs: number): Endpoint {
  const label = labelOf(url);
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<() => void>();
  let socket: WebSocket | undefined;
  let connected: Promise<WebSocket> | undefined;
  let id = 0;
  let closed = false;

  function lose(why: string): void {
    connected = undefined;
    socket = undefined;
    const lost = [...waiting.values()];
    waiting.clear();
    for (const call of lost) {
      clearTimeout(call.timer);
      call.reject(new RpcUnavailable(`${label}: ${call.method}: ${why}`));
    }
    // A watcher that waits for announcements must learn that none will come on this line.
    for (const listener of listeners) listener();
  }

  function connect(): Promise<WebSocket> {
    connected ??= new Promise((resolve, reject) => {
      const opening = (socket = new WebSocket(url));
      const tooLate = setTimeout(() => opening.close(), timeoutMs);
      opening.onopen = () => {
        clearTimeout(tooLate);
        resolve(opening);
        if (listeners.size > 0) subscribe();
      };
      opening.onmessage = ({ data }) => receive(String(data));
      opening.onclose = opening.onerror = () => {
        clearTimeout(tooLate);
        reject(new RpcUnavailable(`${label}: cannot connect`));
        if (socket === opening) lose("the connection was lost");
      };
    });
    return connected;
  }

  function receive(text: string): void {
    let answer: Answer;
    try {
      answer = JSON.parse(text) as Answer;
    } catch {
      return; // the call it was meant for times out
    }
    if (answer.method === "eth_subscription") {
      for (const listener of listeners) listener();
      return;
    }
    const call = typeof answer.id === "number" ? waiting.get(answer.id) : undefined;
    if (call === undefined) return;
    waiting.delete(answer.id as number);
    clearTimeout(call.timer);
    try {
      call.resolve(resultOf(answer, call.method, label));
    } catch (error) {
      call.reject(error as RpcError | RpcUnavailable);
    }
  }

  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    if (closed) throw new RpcUnavailable(`${label}: closed`);
    const line = await connect();
    return new Promise((resolve, reject) => {
      const number = ++id;
      const timer = setTimeout(() => {
        waiting.delete(number);
        reject(new RpcUnavailable(`${label}: ${method}: no answer within ${timeoutMs} ms`));
        // A line that swallows calls is dead, whatever TCP thinks of it.
        line.close();
      }, timeoutMs);
      waiting.set(number, { method, resolve, reject, timer });
      line.send(JSON.stringify({ jsonrpc: "2.0", id: number, method, params }));
    });
  }

  function subscribe(): void {
    // Where the node has no subscriptions, the watcher's polling is all there is, and enough.
    request("eth_subscribe", ["newHeads"]).catch(() => undefined);
  }

  return {
    label,
    request,
    onHead(listener) {
      listeners.add(listener);
      if (listeners.size === 1 && socket?.readyState === WebSocket.OPEN) subscribe();
      return () => listeners.delete(listener);
    },
    interrupt: () => socket?.close(),
    close() {
      closed = true;
      listeners.clear();
      socket?.close();
      lose("closed");
    },
  };
}
