import { RESPONSE_HEADERS, type HeaderMap, type HeaderSource } from "@rmps/wire";

/** Headers of our answers that pages may read; frameworks of stock clients look for theirs among them. */
const EXPOSED = [...RESPONSE_HEADERS, "Retry-After"].join(", ");

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
/** A list of header names, as browsers write it. */
const NAMES = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:\s*,\s*[!#$%&'*+\-.^_`|~0-9A-Za-z]+)*$/;
/** Seconds for which a browser may remember a preflight. */
const MAX_AGE = "600";

/** Which pages of other origins may pay and read the answers. */
export interface Cors {
  /** The headers to add to any answer. */
  headers(header: HeaderSource): HeaderMap;
  /** The headers of the answer (204) to a preflight; undefined where the request is none. */
  preflight(method: string, header: HeaderSource): HeaderMap | undefined;
}

/** Whether a text is scheme and host alone, as browsers write an origin of the web. */
export function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/**
 * Cross-origin rules for fixed origins. Cookies are never allowed along: payment is what admits.
 * @param origins such as `https://example.org`; `*` for all.
 * @throws RangeError for what is no origin.
 */
export function createCors(origins: readonly string[] = []): Cors {
  for (const origin of origins) {
    if (origin !== "*" && !isOrigin(origin)) {
      throw new RangeError(`${origin} is no origin. Write scheme and host only, such as https://example.org.`);
    }
  }
  const all = origins.includes("*");
  const known = new Set(origins);

  function headers(header: HeaderSource): HeaderMap {
    if (origins.length === 0) return {};
    if (all) return { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED };
    const origin = header("origin");
    if (origin === undefined || !known.has(origin)) return { Vary: "Origin" };
    return { "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, Vary: "Origin" };
  }

  return {
    headers,
    preflight(method, header) {
      if (method !== "OPTIONS" || header("access-control-request-method") === undefined) return undefined;
      const answer = headers(header);
      if (answer["Access-Control-Allow-Origin"] === undefined) return answer;
      const wanted = header("access-control-request-headers") ?? "";
      return {
        ...answer,
        "Access-Control-Allow-Methods": METHODS,
        ...(NAMES.test(wanted) && { "Access-Control-Allow-Headers": wanted }),
        "Access-Control-Max-Age": MAX_AGE,
      };
    },
  };
}
