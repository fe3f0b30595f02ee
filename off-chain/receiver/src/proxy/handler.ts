import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Answer, HandlerResult, HandlerRoute } from "./routes.ts";
import type { Source } from "./source.ts";

/** A function's answers. */
export function handlerSource({ handler }: HandlerRoute): Source {
  return {
    exists: () => Promise.resolve(true),
    async send(request, incoming, response) {
      const result = await handler(Object.assign(Object.create(request) as typeof request, { body: incoming }));
      await (result instanceof Response ? sendWeb(result, response) : sendParts(toAnswer(result), response));
    },
  };
}

function toAnswer(result: Exclude<HandlerResult, Response>): Answer {
  return typeof result === "string" || result instanceof Uint8Array ? { body: result } : result;
}

async function sendParts({ status = 200, headers = {}, body = "" }: Answer, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (typeof body === "string") {
    if (!response.hasHeader("content-type")) response.setHeader("Content-Type", "text/plain; charset=utf-8");
    response.setHeader("Content-Length", Buffer.byteLength(body));
  } else if (body instanceof Uint8Array) {
    if (!response.hasHeader("content-type")) response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader("Content-Length", body.length);
  }
  if (!(body instanceof Readable)) {
    response.writeHead(status);
    response.end(body);
    return;
  }
  response.writeHead(status);
  await finish(body, response);
}

async function sendWeb(answer: Response, response: ServerResponse): Promise<void> {
  answer.headers.forEach((value, name) => response.appendHeader(name, value));
  response.writeHead(answer.status);
  if (answer.body === null) response.end();
  else await finish(Readable.fromWeb(answer.body), response);
}

/** Sends what is left of an answer whose head is out. Whoever breaks off, the other side is told by closing. */
async function finish(body: Readable, response: ServerResponse): Promise<void> {
  try {
    await pipeline(body, response);
  } catch {
    response.destroy();
  }
}
