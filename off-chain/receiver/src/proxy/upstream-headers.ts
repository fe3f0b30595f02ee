import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { isPaymentHeader } from "@rmps/wire";
import { clientAddress } from "../door/client.ts";

/** Headers between two neighbours only (RFC 9110, 7.6.1), and those that we set ourselves. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Of the request: what the client could use to pose as our proxy, and what frameworks take for the path or the method,
 * in place of those that were paid for.
 */
const CLAIMS = new Set([
  "host",
  "expect",
  "forwarded",
  "x-real-ip",
  "access-control-expose-headers",
  "x-original-url",
  "x-rewrite-url",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
]);

function named(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
}

/** What of a request's headers an upstream gets. */
export function requestHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const dropped = named(request.headers.connection);
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headersDistinct)) {
    if (value === undefined || HOP_BY_HOP.has(name) || CLAIMS.has(name) || dropped.has(name)) continue;
    if (isPaymentHeader(name, value.join(", ")) || name.startsWith("x-forwarded-")) continue;
    if (name.includes("_")) continue; // Gateways such as CGI and WSGI take it for a dash, and this for another header.
    result[name] = value.length === 1 ? value[0]! : value;
  }
  result["x-forwarded-for"] = clientAddress(request) ?? "unknown";
  result["x-forwarded-proto"] = (request.socket as Partial<TLSSocket>).encrypted === true ? "https" : "http";
  if (request.headers.host !== undefined) result["x-forwarded-host"] = request.headers.host;
  return result;
}

/** Of the answer: which origins may read what is sold is for the receiver to say (`cors`), and twice said is never. */
const CORS = "access-control-";

/** What of an upstream's headers the client gets: nothing that could be taken for a receipt or an offer of ours. */
export function responseHeaders(raw: readonly Buffer[], origin: string, prefix: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    pairs.push([raw[i]!.toString("latin1").toLowerCase(), raw[i + 1]!.toString("latin1")]);
  }
  const dropped = named(pairs.find(([name]) => name === "connection")?.[1]);
  return pairs
    .filter(([name]) => !HOP_BY_HOP.has(name) && !dropped.has(name) && !name.startsWith(CORS))
    .filter(([name, value]) => !isPaymentHeader(name, value))
    .map(([name, value]) => [name, name === "location" ? ownLocation(value, origin, prefix) : value]);
}

/** A redirect within the upstream leads to the same path here, not around the paywall. */
function ownLocation(location: string, origin: string, prefix: string): string {
  if (!location.startsWith(`${origin}/`)) return location;
  const path = location.slice(origin.length);
  return prefix !== "" && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

/** The headers of a request without those of its payment. */
export function withoutPayment(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => !isPaymentHeader(name, [value].flat().join(", "))),
  );
}
