import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { HeaderSource } from "@rmps/wire";
import type { RequestFacts } from "../../paywall/types.ts";
import { hasBody, readAhead } from "./body.ts";
import { isAuthority, readTarget } from "./request-target.ts";

/** Where the server is, if not where it listens. */
export interface NodeOptions {
  /**
   * The origin under which clients know the server, such as `https://shop.example`, where a proxy stands in front.
   * Unless given, it is taken from the connection and its `Host` header.
   */
  readonly origin?: string | undefined;
  /** Who a request comes from, for limits. */
  readonly from?: ((request: IncomingMessage) => string) | undefined;
}

const LOOPBACK = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/;

/** The headers of a request, one by one. */
export function headersOf(request: IncomingMessage): HeaderSource {
  const { headers } = request;
  return (name) => {
    const value = headers[name];
    if (value === undefined) return undefined;
    // Of these Node keeps the first only; two of them must not look like one.
    if (name === "authorization") return request.headersDistinct[name]?.join(", ");
    return typeof value === "string" ? value : value.join(", ");
  };
}

/** The facts of a request to a Node server. @param sent the target as it was sent, where a framework has changed it. */
export function factsOf(
  request: IncomingMessage,
  { origin, from }: NodeOptions,
  sent = request.url ?? "/",
): RequestFacts {
  const { target, authority } = readTarget(sent);
  const encrypted = (request.socket as Partial<TLSSocket>).encrypted === true;
  return {
    method: request.method ?? "GET",
    target,
    header: headersOf(request),
    from: from?.(request),
    secure: origin === undefined ? encrypted || isLoopback(request) : origin.startsWith("https:"),
    url: () => (origin ?? `${encrypted ? "https" : "http"}://${hostOf(request, authority)}`) + target,
    body: () => (hasBody(request) ? readAhead(request) : Promise.resolve(new Uint8Array())),
  };
}

function isLoopback({ socket }: IncomingMessage): boolean {
  return LOOPBACK.test(socket.remoteAddress ?? "");
}

/** What the target says comes before the `Host` header. */
function hostOf({ headers, socket }: IncomingMessage, host = headers.host ?? ""): string {
  return isAuthority(host) ? host : `127.0.0.1:${socket.localPort ?? 80}`;
}
