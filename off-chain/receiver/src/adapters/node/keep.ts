import type { ServerResponse } from "node:http";
import { KEPT_ANSWER, type PaidRequest } from "../../paywall/types.ts";

/** Headers of one connection or moment, which a repeated answer gets anew. */
const PASSING = new Set(["connection", "keep-alive", "date", "transfer-encoding", "content-length", "trailer"]);

/** Collects an answer whose head is being written, and settles with it once it is complete. */
export function keepAnswer(response: ServerResponse, status: number, paid: PaidRequest): void {
  const headers = Object.entries(response.getHeaders()).flatMap(([name, value]): [string, string][] =>
    value === undefined || PASSING.has(name) ? [] : [[name, Array.isArray(value) ? value.join(", ") : String(value)]],
  );
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

  const { write, end } = response;
  response.write = function (...args: Parameters<typeof write>) {
    collect(args[0], args[1]);
    return write.apply(response, args);
  } as typeof write;
  response.end = function (...args: Parameters<typeof end>) {
    // What `end` writes it writes by itself, not through `write`.
    response.write = write;
    response.end = end;
    collect(args[0], args[1]);
    return end.apply(response, args);
  } as typeof end;
  response.once("close", () => {
    const whole = response.writableFinished && chunks !== undefined;
    const answer = whole ? { status, headers, body: Buffer.concat(chunks!) } : undefined;
    void paid.settle({ kind: "answered", status, answer });
  });
}
