import type { RefusedRequest } from "./types.ts";

/**
 * A problem document that is not about payment.
 * @param code   its title too: `not-found` is "Not found".
 * @param detail what is wrong, and how to mend it.
 */
export function simpleProblem(status: number, code: string, detail: string): RefusedRequest {
  const title = (code.charAt(0).toUpperCase() + code.slice(1)).replaceAll("-", " ");
  return {
    kind: "refused",
    status,
    headers: { "Cache-Control": "no-store", "Content-Type": "application/problem+json" },
    body: JSON.stringify({ type: `urn:rmps:problem:${code}`, title, status, detail, code }),
  };
}
