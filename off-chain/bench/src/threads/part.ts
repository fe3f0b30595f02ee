import { availableParallelism } from "node:os";
import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { start } from "../process/child.ts";
import type { ThreadsResult } from "./process.ts";

/** Verification with and without worker threads; nothing is pinned. */
export async function threadsPart({ quick }: Options): Promise<Finding> {
  const child = start("threads/process.ts", { workers: [0, 1, 2], milliseconds: quick ? 1_000 : 5_000 });
  const { results } = await child.next<{ results: readonly ThreadsResult[] }>("result");
  await child.stop();
  const alone = results[0]!;
  const rows = results.map(({ workers, rate, cpu }) => [
    workers === 0 ? "on the main thread" : `${workers} worker thread${workers === 1 ? "" : "s"}`,
    rate,
    rate / alone.rate,
    cpu,
  ]);
  return {
    tables: [
      {
        title: `Verification with and without worker threads (${availableParallelism()} cores, none reserved)`,
        head: ["", "proofs/s", "× main thread", "CPU µs each"],
        rows,
        notes: ["Batches of 64 proofs, two under way to each worker: the way to the thread and back is included."],
      },
    ],
    targets: [],
  };
}
