import type { Finding } from "../finding.ts";
import { median } from "../http/run.ts";
import { measureNodes, startGenerator, type Contender, type MeasuredNodes } from "../load/measure.ts";
import type { Options } from "../options.ts";
import { startPostgres } from "../ours/postgres.ts";
import { lines } from "../report/plot.ts";

/** Processes that share one PostgreSQL. */
const NODES = [1, 2, 4] as const;

/** Several receivers on one PostgreSQL, with channels that pay on all of them. */
export async function nodesPart({ quick }: Options): Promise<Finding> {
  const duration = quick ? { warmup: 2_500, measure: 1_500 } : { warmup: 6_000, measure: 5_000 };
  const rounds = quick ? 1 : 2;
  const postgres = await startPostgres();
  const generator = await startGenerator();
  const contender: Contender = {
    name: "RMPS fastify, RDN, PostgreSQL",
    module: "servers/rmps.ts",
    settings: {},
    prepare: async () => ({ framework: "fastify", store: await postgres.database() }),
    vouchers: "ours/rdn",
    shared: 2,
    ceiling: 8_000,
  };
  const measured = new Map<number, (MeasuredNodes & { database: number })[]>(NODES.map((nodes) => [nodes, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const nodes of NODES) {
        const before = postgres.cpu();
        const result = await measureNodes(generator, contender, nodes, duration);
        const total = result.all.requests * ((duration.warmup + duration.measure) / duration.measure);
        measured.get(nodes)!.push({ ...result, database: (postgres.cpu() - before) / total });
      }
    }
  } finally {
    await generator.stop();
    await postgres.stop();
  }
  return findingOf(measured);
}

function findingOf(measured: Map<number, readonly (MeasuredNodes & { database: number })[]>): Finding {
  const one = measured.get(1)!;
  const rows = NODES.map((nodes) => {
    const runs = measured.get(nodes)!;
    const of = (field: "rate" | "cpu" | "p50" | "p99"): number => median(runs.map(({ all }) => all[field]));
    const database = median(runs.map((run) => run.database));
    return [String(nodes), of("rate"), of("cpu"), database, of("p50"), of("p99")];
  });
  const growth = Math.max(
    ...NODES.map((nodes) => median(measured.get(nodes)!.map(({ all }, round) => all.cpu / one[round]!.all.cpu))),
  );
  const curve = NODES.map((nodes) => [nodes, median(measured.get(nodes)!.map(({ all }) => all.cpu))] as const);
  return {
    tables: [
      {
        title: "Receivers on one PostgreSQL, 64 connections to each; every channel pays at two of them",
        head: ["processes", "req/s", "CPU µs/req", "database µs/req", "p50 ms", "p99 ms"],
        rows,
        notes: [
          "All receivers share one core here, database and load generator the other: the rate cannot grow, the cost of a request can.",
          "database: CPU time of all its processes, on top of the receiver's; it includes opening the store.",
        ],
      },
    ],
    targets: [
      {
        name: "cost of a request with 4 processes beside 1",
        measured: growth,
        target: 1.25,
        need: "at most",
        unit: "×",
      },
    ],
    plots: {
      "nodes.svg": lines("CPU time of the receivers for each request", "processes on one PostgreSQL", "µs", [
        { name: "RMPS, PostgreSQL", points: curve },
      ]),
    },
  };
}
