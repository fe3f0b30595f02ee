import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** Of RFC 6455, section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A server that does the handshake of WebSocket by hand, then whatever it is told with the bare connection. */
export class BareWebSocket {
  /** Connections that got as far as the handshake. */
  opened = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server;

  constructor(then: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket)).on("error", () => undefined);
      socket.once("data", (head: Buffer) => {
        const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(head.toString())?.[1] ?? "";
        const accept = createHash("sha1")
          .update(key + GUID)
          .digest("base64");
        const answer = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
        socket.write([...answer, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
        this.opened++;
        then(socket);
      });
    });
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The beginning of a frame. @param first whether it begins a (text) message; none of them ends it. */
export function frameHead(first: boolean, length: number): Buffer {
  const head = Buffer.alloc(10);
  head[0] = first ? 1 : 0;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
