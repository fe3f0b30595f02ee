import type { IncomingMessage } from "node:http";
import { ClientGone } from "../../paywall/client-gone.ts";

/** Longest body that is read ahead of the payment, in bytes: 1 MiB. */
const MAX_BODY = 1024 * 1024;

/**
 * Reads the whole body of a request and puts it back, so that whoever comes next reads it again.
 * @returns undefined where it is longer than is taken, or somebody has read it already.
 * @throws an error with a `statusCode` of 400 where the client goes away, or has gone, before the body's end.
 */
export function readAhead(request: IncomingMessage, atMost = MAX_BODY): Promise<Uint8Array | undefined> {
  if (request.readableEnded) return Promise.resolve(hasBody(request) ? undefined : new Uint8Array());
  if (request.destroyed) return Promise.reject(new ClientGone());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;

    function done(result: Uint8Array | undefined, body: Buffer): void {
      request.off("readable", read).off("error", gone).off("close", gone);
      // Within the same turn as the last read: the end is only announced to who finds nothing left.
      if (body.length > 0) request.unshift(body);
      resolve(result);
    }
    function read(): void {
      for (let chunk; (chunk = request.read() as Buffer | null) !== null;) {
        chunks.push(chunk);
        length += chunk.length;
      }
      if (length > atMost) done(undefined, Buffer.concat(chunks));
      else if (request.complete) {
        const body = Buffer.concat(chunks);
        done(body, body);
      }
    }
    function gone(cause?: unknown): void {
      reject(new ClientGone(cause));
    }
    request.on("readable", read).on("error", gone).on("close", gone);
    if (request.complete) read();
  });
}

/** Whether a request has a body, by its headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
