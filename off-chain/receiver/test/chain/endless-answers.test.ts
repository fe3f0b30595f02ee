import { expect } from "chai";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AnswerTooLong, RpcUnavailable } from "../../src/chain/rpc/errors.ts";
import { httpEndpoint } from "../../src/chain/rpc/http.ts";
import { webSocketEndpoint } from "../../src/chain/rpc/websocket.ts";
import { BareWebSocket, frameHead } from "../support/bare-websocket.ts";
import { eventually, TestChain } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

const MEGABYTE = Buffer.alloc(1024 * 1024, " ");

/** Far longer than sending all that is read takes: what ends a call here is not its time. */
const PATIENCE = 240_000;

/** A node that begins each answer and never ends it. */
class EndlessNode {
  /** Bytes given to the system so far, and answers that are still being sent. */
  sent = 0;
  readonly sending = new Set<ServerResponse>();
  readonly #announced: number | undefined;
  readonly #server = createServer((_, response) => this.#answer(response));

  /** @param announced bytes that it claims to send; undefined: it does not say. */
  constructor(announced?: number) {
    this.#announced = announced;
  }

  #answer(response: ServerResponse): void {
    if (this.#announced !== undefined) response.setHeader("content-length", this.#announced);
    this.sending.add(response);
    response.on("close", () => this.sending.delete(response));
    const more = (): void => {
      while (!response.destroyed) {
        this.sent += MEGABYTE.length;
        if (!response.write(MEGABYTE)) return void response.once("drain", more);
      }
    };
    more();
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("a node that sends for ever", () => {
  for (const announced of [undefined, 2 ** 40]) {
    it(`is cut off after what we read, ${announced === undefined ? "in chunks" : "announced or not"}`, async () => {
      const node = new EndlessNode(announced);
      const endpoint = httpEndpoint(await node.listen(), PATIENCE);
      try {
        const failure = await endpoint.request("eth_blockNumber", []).catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(AnswerTooLong);
        await eventually(() => node.sending.size === 0);
        expect(node.sent / MEGABYTE.length, "megabytes").to.be.below(announced === undefined ? 96 : 32);
      } finally {
        endpoint.close();
        await node.stop();
      }
    });
  }

  it("is cut off on a WebSocket too: by Node, after twice that", async () => {
    let sent = 0;
    const node = new BareWebSocket((socket) => {
      const more = (): void => {
        while (!socket.destroyed) {
          socket.write(frameHead(sent === 0, MEGABYTE.length));
          sent += MEGABYTE.length;
          if (!socket.write(MEGABYTE)) return void socket.once("drain", more);
        }
      };
      more();
    });
    const endpoint = webSocketEndpoint(await node.listen(), PATIENCE);
    try {
      const failure = await endpoint.request("eth_blockNumber", []).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(RpcUnavailable);
      await eventually(() => node.connections === 0);
      expect(sent / MEGABYTE.length, "megabytes").to.be.below(192);
    } finally {
      endpoint.close();
      await node.stop();
    }
  });

  it("does not keep the next node from being asked", async () => {
    const [chain, node, stores] = [await TestChain.start(), new EndlessNode(), new Stores()];
    const rpc = [await node.listen(), chain.url];
    const receiver = await start(chain, stores.path(), { rpc, rpcTimeoutMs: PATIENCE });
    try {
      const channel = await chain.open(2);
      await eventually(async () => (await pay(receiver, channel, 1n, 1n)).kind === "paid");
      expect(node.sent).to.be.above(0);
    } finally {
      await receiver.close();
      await node.stop();
      await chain.stop();
      stores.remove();
    }
  });
});
