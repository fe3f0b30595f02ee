import type { Finding } from "../finding.ts";
import { median } from "../http/run.ts";
import { openSession, startGenerator, type Contender, type Measured, type Session } from "../load/session.ts";
import type { Options } from "../options.ts";
import { startPostgres, type Postgres } from "../ours/postgres.ts";
import { lines } from "../report/plot.ts";
import { figure } from "../report/table.ts";

/** Processes at work together. */
interface Kind {
  readonly nodes: number;
  /** Whether they share a database and its channels; else each has one of its own, in the same PostgreSQL. */
  readonly together: boolean;
}

const one: Kind = { nodes: 1, together: true };
const four: Kind = { nodes: 4, together: true };
/** The control: what it costs that four processes share the cores, and nothing else. */
const apart: Kind = { nodes: 4, together: false };

/** What a kind showed. */
interface Group extends Kind {
  readonly rounds: Measured[];
  /** CPU time of all the database's processes for each request, µs. */
  readonly database: number[];
}

/** Several receivers on one PostgreSQL, with channels that pay on all of them. */
export async function nodesPart({ quick }: Options): Promise<Finding> {
  const [warmup, rounds, duration] = quick
    ? [1_500, 3, { lead: 150, measure: 700 }]
    : [6_000, 7, { lead: 200, measure: 1_000 }];
  const postgres = await startPostgres();
  const generator = await startGenerator();
  try {
    const sessions: [Group, Session][] = [];
    for (const kind of quick ? [one, four, apart] : [one, { ...four, nodes: 2 }, four, apart]) {
      const session = await openSession(generator, await contenderOf(postgres, kind));
      await session.warmUp(warmup);
      sessions.push([{ ...kind, rounds: [], database: [] }, session]);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [group, session] of sessions) {
        const before = postgres.cpu();
        const turn = await session.turn(duration);
        group.rounds.push(turn);
        group.database.push((postgres.cpu() - before) / turn.all);
      }
    }
    for (const [, session] of sessions) await session.end();
    return findingOf(sessions.map(([group]) => group));
  } finally {
    await generator.stop();
    await postgres.stop();
  }
}

async function contenderOf(postgres: Postgres, { nodes, together }: Kind): Promise<Contender> {
  const shared = together ? await postgres.database() : undefined;
  return {
    name: `RMPS fastify, RDN, PostgreSQL × ${nodes}`,
    module: "servers/rmps.ts",
    settings: {},
    prepare: async () => ({ framework: "fastify", store: shared ?? (await postgres.database()) }),
    vouchers: "ours/rdn",
    nodes,
    shared: together ? 2 : 1,
    guess: 1_500,
  };
}

/** How many times as much a request costs in one group as in another: the median over the rounds. */
function growth(group: Group, base: Group): number {
  return median(group.rounds.map((round, index) => round.cpu / base.rounds[index]!.cpu));
}

function findingOf(groups: readonly Group[]): Finding {
  const of = ({ rounds }: Group, field: keyof Measured): number => median(rounds.map((round) => round[field]));
  const cpu = (group: Group): number => of(group, "cpu");
  const rows = groups.map((group) => [
    group.together ? String(group.nodes) : `${group.nodes}, each with a database of its own`,
    of(group, "rate"),
    cpu(group),
    median(group.database),
    of(group, "p50"),
    of(group, "p99"),
  ]);
  const [single, control] = [groups[0]!, groups.at(-1)!];
  const sharing = groups.filter(({ together }) => together);
  const largest = sharing.at(-1)!;
  return {
    tables: [
      {
        title:
          "Receivers on one PostgreSQL, 64 connections to each; every channel of a shared database pays at two of them",
        head: ["processes", "req/s", "CPU µs/req", "database µs/req", "p50 ms", "p99 ms"],
        rows,
        notes: [
          "All receivers share one core here, database and load generator the other: the rate cannot grow, the cost of a request can. Those with databases of their own share nothing else: what they cost more than one is the price of this machine, not of sharing.",
          "database: CPU time of all its processes, on top of the receiver's.",
        ],
      },
    ],
    targets: [
      {
        name: "cost of a request with 4 processes beside 1",
        measured: Math.max(...sharing.map((group) => growth(group, single))),
        beside: `4 that share only the cores: ${figure(growth(control, single))}×`,
        target: 1.25,
        need: "at most",
        unit: "×",
      },
      {
        name: "the same, beside 4 that share only the cores",
        measured: growth(largest, control),
        target: 1.25,
        need: "at most",
        unit: "×",
      },
    ],
    plots: {
      "nodes.svg": lines("CPU time of the receivers for each request", "processes on one PostgreSQL", "µs", [
        { name: "RMPS, PostgreSQL", points: sharing.map((group) => [group.nodes, cpu(group)] as const) },
      ]),
    },
  };
}
