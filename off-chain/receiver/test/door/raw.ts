import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 where the connection ended without one. */
  readonly status: number;
  readonly text: string;
}

/** Opens a connection and writes. */
export function open(url: string, text = "", localAddress?: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  socket.on("error", () => socket.destroy());
  if (text !== "") socket.write(text);
  return socket;
}

/** Everything that comes over a connection until it ends. */
export function answerOn(socket: Socket): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.once("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text }));
  });
}

/** Sends bytes and waits for the end of the connection. */
export function raw(url: string, text: string): Promise<RawAnswer> {
  return answerOn(open(url, text));
}

/** A request's text. */
export function request(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nHost: shop.example\r\n${lines.join("")}\r\n`;
}
