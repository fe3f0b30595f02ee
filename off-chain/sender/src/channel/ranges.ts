/** Blocks below which a range that an RPC refuses is not split any further. */
const SMALLEST_RANGE = 500;

/**
 * Searches the blocks of a range, in parts as short as the RPC wants them: each limits them to another figure.
 * @param search finds what is in the blocks from one number to another, both inclusive.
 * @throws what `search` throws of even a short part.
 */
export async function searchBlocks<T>(
  first: number,
  last: number,
  search: (from: number, to: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = [];
  let range = last - first + 1;
  for (let from = first; from <= last;) {
    const to = Math.min(from + range - 1, last);
    const part = await search(from, to).catch((error: unknown) => {
      if (range <= SMALLEST_RANGE) throw error;
      range = Math.max(SMALLEST_RANGE, Math.floor(range / 4));
      return undefined;
    });
    if (part === undefined) continue;
    found.push(...part);
    from = to + 1;
  }
  return found;
}
