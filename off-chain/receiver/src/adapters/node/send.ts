import type { ServerResponse } from "node:http";
import type { RefusedRequest } from "../../paywall/types.ts";

/** Sends a complete answer. */
export function sendAnswer(
  response: ServerResponse,
  { status, headers, body }: Pick<RefusedRequest, "status" | "headers" | "body">,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader("Content-Length", typeof body === "string" ? Buffer.byteLength(body) : body.length);
  response.writeHead(status);
  response.end(body); // Node leaves it out of an answer to HEAD.
}
