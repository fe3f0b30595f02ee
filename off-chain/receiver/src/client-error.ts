import type { Socket } from "node:net";

/** Milliseconds for which what a client still sends is read and thrown away, so that it gets to see the answer. */
const LINGER = 1_000;

/** Bytes that are thrown away at most: who sends more has no ear for answers. */
const LINGER_BYTES = 1024 * 1024;

/** Status lines for what is wrong with a request that is not HTTP, or too big, or too slow; 400 for all else. */
const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
};

/**
 * Answers what cannot be read as a request, and closes. Closing at once, with unread bytes waiting, would reset the
 * connection, and the client would never learn why.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // Within an answer that has begun, another status line would be taken for content.
  const answering = (socket as Socket & { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable || answering?.headersSent === true) {
    socket.destroy();
    return;
  }
  const status = STATUS[error.code ?? ""] ?? "400 Bad Request";
  const body = JSON.stringify({ type: "about:blank", title: status.slice(4), status: Number(status.slice(0, 3)) });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
  let left = LINGER_BYTES;
  socket.on("data", (chunk: Buffer) => {
    if ((left -= chunk.length) < 0) socket.destroy();
  });
  socket.on("error", () => socket.destroy());
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER).unref();
}
