/** The receiver's memory at one moment. Bytes. */
export interface Sample {
  /** Seconds since the start. */
  readonly at: number;
  readonly heapUsed: number;
  readonly rss: number;
}

/** Growth that is noise: what garbage collectors and allocators keep for later. Bytes. */
const NOISE = { heapUsed: 12 * 1024 * 1024, rss: 64 * 1024 * 1024 };

/** A quarter more between the second and the last quarter of the time is growth, not warming up. */
const FACTOR = 1.25;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** What grows without bound, by the medians of the second and the last quarter; empty: nothing. */
export function growing(samples: readonly Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return [];
  return (["heapUsed", "rss"] as const).filter((kind) => {
    const early = median(samples.slice(quarter, 2 * quarter).map((sample) => sample[kind]));
    const late = median(samples.slice(-quarter).map((sample) => sample[kind]));
    return late > early * FACTOR + NOISE[kind];
  });
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
