import type { IncomingMessage } from "node:http";
import { isAuthority } from "../node/request-target.ts";

/** A request as the proxy got it. */
export interface Original {
  /** Upper case. */
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Absolute, as the client knows it. */
  readonly url: string;
  /** Whether the client's connection to the proxy is safe from listeners. */
  readonly secure: boolean;
  /** What the proxy calls this request, and no other. */
  readonly id: string;
}

const METHOD = /^[A-Z]{1,20}$/;
const ID = /^[\x21-\x7e]{8,128}$/;
const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/**
 * The request that a proxy asks about, by its `X-Forwarded-…` headers; to be believed only from the proxy itself.
 * @param origin of the shop as clients know it; what the proxy says unless given.
 * @returns undefined where something is missing or malformed. A header that came twice is malformed.
 */
export function originalOf({ headers }: IncomingMessage, origin: string | undefined): Original | undefined {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const method = one("x-forwarded-method") ?? "";
  const target = one("x-forwarded-uri") ?? "";
  const id = one("x-request-id") ?? "";
  const host = one("x-forwarded-host") ?? one("host") ?? "";
  const secure = one("x-forwarded-proto") === "https";
  if (!METHOD.test(method) || !target.startsWith("/") || !ID.test(id)) return undefined;
  const authority = isAuthority(host) ? host : "localhost";
  return {
    method,
    target,
    id,
    url: (origin ?? `${secure ? "https" : "http"}://${authority}`) + target,
    secure: origin?.startsWith("https:") ?? (secure || LOCAL.test(authority)),
  };
}
