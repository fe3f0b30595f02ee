import type { Finding } from "../finding.ts";
import { median } from "../http/run.ts";
import type { Latencies } from "../load/generator.ts";
import { openSession, startGenerator, type Contender, type Measured, type Session } from "../load/session.ts";
import type { Options } from "../options.ts";
import { startPostgres, type Postgres } from "../ours/postgres.ts";
import { lines } from "../report/plot.ts";

/** Processes that share one PostgreSQL. */
const NODES = [1, 2, 4] as const;

/** A number of processes that share a database, and what it showed. */
interface Group {
  readonly nodes: number;
  readonly rounds: Measured[];
  /** CPU time of all the database's processes for each request, µs. */
  readonly database: number[];
  latencies: Latencies;
}

/** Several receivers on one PostgreSQL, with channels that pay on all of them. */
export async function nodesPart({ quick }: Options): Promise<Finding> {
  const [warmup, rounds, duration] = quick
    ? [2_000, 3, { lead: 150, measure: 700 }]
    : [6_000, 7, { lead: 200, measure: 1_000 }];
  const postgres = await startPostgres();
  const generator = await startGenerator();
  try {
    const sessions: [Group, Session][] = [];
    for (const nodes of quick ? [1, 4] : NODES) {
      const session = await openSession(generator, contenderOf(postgres, nodes));
      await session.warmUp(warmup);
      sessions.push([{ nodes, rounds: [], database: [], latencies: { p50: NaN, p99: NaN } }, session]);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [group, session] of sessions) {
        const before = postgres.cpu();
        const turn = await session.turn(duration);
        group.rounds.push(turn);
        group.database.push((postgres.cpu() - before) / turn.all);
      }
    }
    for (const [group, session] of sessions) group.latencies = await session.end();
    return findingOf(sessions.map(([group]) => group));
  } finally {
    await generator.stop();
    await postgres.stop();
  }
}

const contenderOf = (postgres: Postgres, nodes: number): Contender => ({
  name: `RMPS fastify, RDN, PostgreSQL × ${nodes}`,
  module: "servers/rmps.ts",
  settings: {},
  prepare: async () => ({ framework: "fastify", store: await postgres.database() }),
  vouchers: "ours/rdn",
  nodes,
  shared: 2,
  guess: 1_500,
});

function findingOf(groups: readonly Group[]): Finding {
  const cpu = ({ rounds }: Group): number => median(rounds.map((round) => round.cpu));
  const rows = groups.map((group) => {
    const { nodes, rounds, database, latencies } = group;
    const rate = median(rounds.map((round) => round.rate));
    return [String(nodes), rate, cpu(group), median(database), latencies.p50, latencies.p99];
  });
  const [one] = groups;
  const growth = Math.max(
    ...groups.map(({ rounds }) => median(rounds.map((round, index) => round.cpu / one!.rounds[index]!.cpu))),
  );
  const curve = groups.map((group) => [group.nodes, cpu(group)] as const);
  return {
    tables: [
      {
        title: "Receivers on one PostgreSQL, 64 connections to each; every channel pays at two of them",
        head: ["processes", "req/s", "CPU µs/req", "database µs/req", "p50 ms", "p99 ms"],
        rows,
        notes: [
          "All receivers share one core here, database and load generator the other: the rate cannot grow, the cost of a request can.",
          "database: CPU time of all its processes, on top of the receiver's.",
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
