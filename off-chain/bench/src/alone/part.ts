import type { Finding } from "../finding.ts";
import { byName } from "../http/contenders.ts";
import { excessOf, median, ratioOf, resultOf, runAll, yardsticksOf, type Result, type Turn } from "../http/run.ts";
import type { Options } from "../options.ts";
import { start } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import { figure } from "../report/table.ts";
import type { Target } from "../report/targets.ts";
import { CONNECTIONS } from "../world.ts";
import type { Verification } from "./yardstick.ts";

/**
 * The bound on CPU time above the bare framework, µs, and what one verification by libsecp256k1 took on the machine that
 * it was set for, µs: on others, what carries over is how many verifications it is worth.
 */
const CPU_BOUND = 90;
const VERIFICATION = 37;

/**
 * What a payment costs above HTTP: our fastest server and the bare framework below it, alone in memory but for a server
 * that does only what no receiver can leave out. They are started several times: what the compiler makes of the same
 * code, and where it lies in memory, differs from start to start.
 */
export async function alonePart({ quick }: Options): Promise<Finding> {
  const names = ["bare node", "RMPS node, RDN, SQLite", "floor: HTTP, recovery, commit"];
  const contenders = names.slice(0, quick ? 2 : 3).map(byName);
  const yardstick = start("alone/yardstick.ts", {}, CORES.server);
  const plan = quick
    ? { starts: 1, warmup: 2_500, rounds: 5, lead: 200, measure: 500 }
    : { starts: 3, warmup: 8_000, rounds: 7, lead: 300, measure: 1_000 };
  async function verification(): Promise<number> {
    yardstick.send({ kind: "verify" });
    return (await yardstick.next<Verification>("verified")).cpu;
  }
  try {
    const turns = new Map(contenders.map(({ name }): [string, Turn[]] => [name, []]));
    for (let i = 0; i < plan.starts; i++) {
      const results = await runAll(contenders, { ...plan, yardstick: verification });
      for (const { name, rounds } of results.values()) turns.get(name)!.push(...rounds);
    }
    const [bare, ours, floor] = [...turns].map(([name, rounds]) => resultOf(name, rounds));
    return findingOf(bare!, ours!, floor);
  } finally {
    await yardstick.stop();
  }
}

function findingOf(bare: Result, ours: Result, floor?: Result): Finding {
  const all = [bare, ours, ...(floor === undefined ? [] : [floor])];
  return {
    tables: [
      {
        title: "A payment above HTTP, 64 connections, nothing else in memory",
        head: ["server", "req/s", "CPU µs/req", "in verifications", "p50 ms", "p99 ms"],
        rows: all.map(({ name, median: { rate, cpu, p50, p99 }, rounds }) => {
          return [name, rate, cpu, median(rounds.map((round) => round.cpu / round.yardstick)), p50, p99];
        }),
        notes: [
          "In verifications: each turn by what libsecp256k1 took for one on the same core before and after it.",
          "Floor: the headers in and out, one recovery and one row in a commit that is flushed, and no rule kept.",
        ],
      },
    ],
    targets: targetsOf(bare, ours, floor),
  };
}

function targetsOf(bare: Result, ours: Result, floor?: Result): Target[] {
  const verification = median([...ours.rounds, ...bare.rounds].map(({ yardstick }) => yardstick));
  const mean = (1000 * CONNECTIONS) / ours.median.rate; // Little's law: the load is closed.
  const least = (measured: (floor: Result) => number, unit = ""): string =>
    floor === undefined ? "" : `; the floor: ${figure(measured(floor))}${unit}`;
  return [
    {
      name: "CPU above the bare framework (node)",
      measured: excessOf(ours, bare),
      beside: `one verification by libsecp256k1 took ${figure(verification)} µs before and after${least((floor) => excessOf(floor, bare), " µs")}`,
      target: CPU_BOUND,
      need: "at most",
      unit: " µs",
    },
    {
      name: "the same, in verifications by libsecp256k1",
      measured: yardsticksOf(ours, bare),
      beside: `${CPU_BOUND} µs where one takes ${VERIFICATION} µs${least((floor) => yardsticksOf(floor, bare))}`,
      target: CPU_BOUND / VERIFICATION,
      need: "at most",
      unit: "",
    },
    {
      name: "p99 beside the bare framework (node)",
      measured: ratioOf(ours, bare, "p99"),
      beside: `${figure(ours.median.p99)} ms and ${figure(bare.median.p99)} ms; ours cannot be below its mean, ${CONNECTIONS} connections by its rate, ${figure(mean)} ms${least((floor) => ratioOf(floor, bare, "p99"), "×")}`,
      target: 4,
      need: "at most",
      unit: "×",
    },
  ];
}
