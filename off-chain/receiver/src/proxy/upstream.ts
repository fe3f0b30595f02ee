import { Pool } from "undici";
import { hasBody } from "../adapters/node/body.ts";
import { requestHeaders, responseHeaders } from "./upstream-headers.ts";
import type { UpstreamRoute } from "./routes.ts";
import type { Source } from "./source.ts";
import { parseTarget } from "./target.ts";

/** Milliseconds until the head of an upstream's answer has to be there, unless told otherwise. */
const TIMEOUT = 30_000;
/** Connections to one upstream at most; more requests wait. */
const CONNECTIONS = 256;

/**
 * Another server behind the paywall. Its origin is fixed, whatever the request says; it gets the canonical path and the
 * query as they came, and no payment. Redirects are passed on, never followed.
 * @throws RangeError where it is no origin with an optional path.
 */
export function upstreamSource(path: string, { upstream, headers = {}, timeoutMs = TIMEOUT }: UpstreamRoute): Source {
  const { origin, prefix } = parseUpstream(path, upstream);
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    headersTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  });

  return {
    exists: () => Promise.resolve(true),
    close: () => pool.close(),
    async send(request, incoming, response) {
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      try {
        await pool.stream(
          {
            method: request.method,
            path: prefix + (incoming.url ?? request.path),
            headers: { ...requestHeaders(incoming), ...headers },
            body: hasBody(incoming) ? incoming : null,
            signal: gone.signal,
            responseHeaders: "raw",
          },
          ({ statusCode, headers: raw }) => {
            for (const [name, value] of responseHeaders(raw as unknown as Buffer[], origin, prefix)) {
              response.appendHeader(name, value);
            }
            response.writeHead(statusCode);
            return response;
          },
        );
      } catch (error) {
        if (response.headersSent || gone.signal.aborted) response.destroy();
        else throw new UpstreamFailed(error);
      }
    },
  };
}

const TIMEOUTS: readonly unknown[] = ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"];

/** An upstream that gave no answer. */
export class UpstreamFailed extends Error {
  override readonly name = "UpstreamFailed";
  /** 504 where it took too long, else 502. */
  readonly status: 502 | 504;

  constructor(cause: unknown) {
    super("The upstream gave no answer.", { cause });
    this.status = TIMEOUTS.includes((cause as { code?: unknown }).code) ? 504 : 502;
  }
}

function parseUpstream(path: string, upstream: string): { origin: string; prefix: string } {
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  const prefix = url?.pathname.replace(/\/$/, "") ?? "";
  const isPlain = url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (url === undefined || !isHttp || !isPlain || (prefix !== "" && parseTarget(prefix) === undefined)) {
    throw new RangeError(`The upstream of ${path} must be http: or https:, a host, and at most a path: ${upstream}.`);
  }
  return { origin: url.origin, prefix };
}
