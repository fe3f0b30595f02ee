import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, dirname } from "node:path";
import sendStream from "send";

/** A file to be sent. */
export interface FileToSend {
  /** Absolute. */
  readonly file: string;
  /** Sends the whole file with this status, instead of 200, 206 or 304. */
  readonly status?: number | undefined;
}

/**
 * Sends a file with its MIME type, ETag, ranges and conditions. Resolves when the answer is over, however.
 * @throws where it cannot be read and no status line was sent.
 */
export function sendFile(incoming: IncomingMessage, response: ServerResponse, { file, status }: FileToSend) {
  const whole = status === undefined;
  if (!whole) response.statusCode = status;
  response.setHeader("X-Content-Type-Options", "nosniff");
  return new Promise<void>((done, fail) => {
    const stream = sendStream(incoming, encodeURIComponent(basename(file)), {
      root: dirname(file),
      dotfiles: "allow", // Whether it may be served was decided before.
      index: false,
      acceptRanges: whole,
      etag: whole,
      lastModified: whole,
      cacheControl: false,
    });
    stream.on("error", (error: Error & { status?: number }) => {
      response.removeHeader("X-Content-Type-Options");
      // A condition or a range that cannot be met is the client's affair, and an answer.
      if (error.status === 412 || error.status === 416) {
        response.writeHead(error.status);
        response.end();
      } else if (response.headersSent) response.destroy();
      else fail(error);
    });
    stream.on("directory", () => fail(new Error(`${file} is a directory now.`)));
    response.once("close", done);
    stream.pipe(response);
  });
}
