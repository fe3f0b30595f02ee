/** Milliseconds at least before a request is sent again, and at most, whatever the receiver asks for. */
const SHORTEST = 100;
const LONGEST = 10_000;

/** Milliseconds after which the receiver of an answer asks to be asked again; undefined where it does not say, or by a date. */
export function retryAfterIn(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  return /^\d+$/.test(text) ? 1000 * Number(text) : undefined;
}

/**
 * Milliseconds before the same request is sent again: they double from one attempt to the next, up to ten seconds.
 * @param attempt how often it was sent again before.
 * @param first   before the first repetition; a tenth of a second unless given, and never less.
 */
export function backoff(attempt: number, first = SHORTEST): number {
  return Math.min(LONGEST, Math.max(SHORTEST, first) * 2 ** attempt);
}
