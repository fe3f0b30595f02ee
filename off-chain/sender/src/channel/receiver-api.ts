import { assertSecure } from "../http/security.ts";

/** Where a receiver's API is that did not say so. */
export const GATEWAY_PATH = "/api/1";

/** Where a receiver is asked. */
export interface ReceiverDesk {
  origin: string;
  /** Path of its API, from its offer. */
  gatewayPath: string;
  fetch: typeof fetch;
  allowInsecure: boolean;
}

/**
 * Address of something in a receiver's API.
 * @throws TypeError where its path leads elsewhere, SenderError `insecure`.
 */
export function apiUrl({ origin, gatewayPath, allowInsecure }: ReceiverDesk, path: string): URL {
  const url = new URL(`${gatewayPath.replace(/\/+$/, "")}${path}`, origin);
  if (url.origin !== new URL(origin).origin) throw new TypeError("its API is elsewhere");
  assertSecure(url, allowInsecure);
  return url;
}

/** The sentence of an RFC 9457 problem document, printable and short. */
export function reasonIn(problem: Record<string, unknown>): string | undefined {
  const sentence = problem["detail"] ?? problem["title"] ?? problem["error"];
  return typeof sentence === "string" ? sentence.replace(/\p{Cc}/gu, " ").slice(0, 200) : undefined;
}
