import type { PreparedRequest } from "./request.ts";

/** As many as the fetch standard follows. */
export const MAX_REDIRECTS = 20;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const BODY_HEADERS = ["content-encoding", "content-language", "content-location", "content-type", "content-length"];
const PERSONAL_HEADERS = ["authorization", "proxy-authorization", "cookie", "host"];

/**
 * The request that follows from a redirect, as the fetch standard says; its payment, if any, is made anew, by the
 * offer of wherever it leads.
 * @returns undefined where the answer is no redirect, or its caller does not want it followed.
 * @throws TypeError as `fetch` does: redirect mode `error`, or a target that cannot be followed.
 */
export function redirected(request: PreparedRequest, response: Response): PreparedRequest | undefined {
  if (response.type === "opaqueredirect") {
    if (request.redirect === "manual") return undefined;
    throw new TypeError("this platform hides where a redirect leads: request the final address");
  }
  const location = response.headers.get("location");
  if (!REDIRECTS.has(response.status) || location === null || request.redirect === "manual") return undefined;
  if (request.redirect === "error") throw new TypeError("unexpected redirect");
  const url = new URL(location, request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError("redirect to no HTTP URL");
  if (url.hash === "") url.hash = request.url.hash;
  const headers = new Headers(request.headers);
  let { method, body } = request;
  const turnsIntoGet =
    (response.status <= 302 && method === "POST") || (response.status === 303 && method !== "GET" && method !== "HEAD");
  if (turnsIntoGet) {
    method = "GET";
    body = undefined;
    for (const name of BODY_HEADERS) headers.delete(name);
  }
  if (url.origin !== request.url.origin) for (const name of PERSONAL_HEADERS) headers.delete(name);
  return { ...request, url, method, headers, body };
}
