import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a faulty node does with a call: its own answer, the real one changed, or nothing at all. */
export type Fault = (
  method: string,
  params: unknown[],
  real: () => Promise<unknown>,
) => Promise<unknown> | "silence" | "reset";

/** An error that a faulty node answers with. */
export class NodeError extends Error {}

/** Stands before a real node and spoils its answers. */
export class FaultyNode {
  /** What goes wrong now; undefined: nothing. */
  fault: Fault | undefined;
  /** Calls so far, by method. */
  readonly calls = new Map<string, number>();
  readonly #server: Server;
  readonly #real: string;

  private constructor(real: string) {
    this.#real = real;
    this.#server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
        this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
        const outcome = this.fault?.(method, params, () => this.#ask(method, params)) ?? this.#ask(method, params);
        if (outcome === "silence") return;
        if (outcome === "reset") return void request.socket.destroy();
        outcome
          .then((result) => response.end(JSON.stringify({ jsonrpc: "2.0", id, result })))
          .catch((error: Error) => {
            response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: error.message } }));
          });
      });
    });
  }

  static async before(real: string): Promise<FaultyNode> {
    const node = new FaultyNode(real);
    await new Promise<void>((resolve) => node.#server.listen(0, "127.0.0.1", resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #ask(method: string, params: unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(this.#real, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw new NodeError(error.message);
    return result;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
