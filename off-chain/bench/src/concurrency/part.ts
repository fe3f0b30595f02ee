import type { Finding } from "../finding.ts";
import { runAll, type Result } from "../http/run.ts";
import type { Contender } from "../load/session.ts";
import type { Options } from "../options.ts";
import { lines } from "../report/plot.ts";

const LEVELS = [1, 8, 64, 256] as const;

/** How cost and waiting grow with the connections that pay at once. */
export async function concurrencyPart({ quick }: Options): Promise<Finding> {
  const levels = quick ? [1, 16, 256] : LEVELS;
  const contenders = levels.flatMap((connections): Contender[] => [
    {
      name: `bare ${connections}`,
      module: "servers/bare.ts",
      settings: { framework: "fastify" },
      vouchers: "none",
      guess: 10_000,
      connections,
    },
    {
      name: `RMPS ${connections}`,
      module: "servers/rmps.ts",
      settings: { framework: "fastify", store: "sqlite" },
      vouchers: "ours/rdn",
      guess: 50 * connections,
      connections,
    },
  ]);
  const plan = quick
    ? { warmup: 1_000, rounds: 2, lead: 150, measure: 500 }
    : { warmup: 4_000, rounds: 5, lead: 200, measure: 800 };
  return findingOf(levels, await runAll(contenders, plan));
}

function findingOf(levels: readonly number[], results: Map<string, Result>): Finding {
  const at = (name: string, connections: number) => results.get(`${name} ${connections}`)!.median;
  const curve = (name: string): [number, number][] => levels.map((level) => [level, at(name, level).cpu]);
  return {
    tables: [
      {
        title: "Connections that pay at once (Fastify, RDN, SQLite)",
        head: [
          "connections",
          "req/s",
          "CPU µs/req",
          "p50 ms",
          "p99 ms",
          "bare req/s",
          "bare CPU µs/req",
          "bare p99 ms",
        ],
        rows: levels.map((level) => {
          const [ours, bare] = [at("RMPS", level), at("bare", level)];
          return [String(level), ours.rate, ours.cpu, ours.p50, ours.p99, bare.rate, bare.cpu, bare.p99];
        }),
        notes: [
          "One connection alone waits for the disk each time; the more wait together, the less a commit costs each.",
        ],
      },
    ],
    targets: [],
    plots: {
      "concurrency.svg": lines("CPU time of the server for each request", "connections", "µs", [
        { name: "RMPS, SQLite", points: curve("RMPS") },
        { name: "bare Fastify", points: curve("bare") },
      ]),
    },
  };
}
