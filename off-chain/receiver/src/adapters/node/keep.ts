import type { ServerResponse } from "node:http";
import { KEPT_ANSWER } from "../../paywall/types.ts";
import type { StoredAnswer } from "../../store/store.ts";

/** Headers of one connection or moment, which a repeated answer gets anew. */
const PASSING = new Set(["connection", "keep-alive", "date", "transfer-encoding", "content-length", "trailer"]);

/**
 * Collects the body of an answer from now on.
 * @returns the whole answer, once it is out: undefined where it broke off, or is too big to keep.
 */
export function collectAnswer(response: ServerResponse): () => StoredAnswer | undefined {
  let chunks: Buffer[] | undefined = [];
  let length = 0;

  function collect(chunk: unknown, encoding: unknown): void {
    if (chunks === undefined || (typeof chunk !== "string" && !(chunk instanceof Uint8Array))) return;
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : Buffer.from(chunk);
    length += bytes.length;
    if (length > KEPT_ANSWER) chunks = undefined;
    else chunks.push(bytes);
  }

  const write = response.write.bind(response);
  const end = response.end.bind(response);
  response.write = function (...args: Parameters<typeof write>) {
    collect(args[0], args[1]);
    return write(...args);
  } as typeof write;
  response.end = function (...args: Parameters<typeof end>) {
    // Node may write the last piece through either of them: it must not be collected twice.
    response.write = write;
    response.end = end;
    collect(args[0], args[1]);
    return end(...args);
  } as typeof end;

  return () => {
    if (!response.writableFinished || chunks === undefined) return undefined;
    const headers = Object.entries(response.getHeaders()).flatMap(([name, value]): [string, string][] => {
      if (value === undefined || PASSING.has(name)) return [];
      if (!Array.isArray(value)) return [[name, String(value)]];
      // Cookies are the one kind of header that cannot be joined.
      return name === "set-cookie" ? value.map((cookie) => [name, cookie]) : [[name, value.join(", ")]];
    });
    return { status: response.statusCode, headers, body: Buffer.concat(chunks) };
  };
}
