import type { Finding } from "../finding.ts";
import { byName } from "../http/contenders.ts";
import { excessOf, median, ratioOf, resultOf, runAll, yardsticksOf, type Result } from "../http/run.ts";
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
 * What a payment costs above HTTP: our fastest server and the bare framework below it, alone in memory. They are started
 * several times: what the compiler makes of the same code, and where it lies in memory, differs from start to start.
 */
export async function alonePart({ quick }: Options): Promise<Finding> {
  const contenders = [byName("bare node"), byName("RMPS node, RDN, SQLite")];
  const yardstick = start("alone/yardstick.ts", {}, CORES.server);
  const plan = quick
    ? { starts: 1, warmup: 2_500, rounds: 5, lead: 200, measure: 500 }
    : { starts: 3, warmup: 8_000, rounds: 7, lead: 300, measure: 1_000 };
  async function verification(): Promise<number> {
    yardstick.send({ kind: "verify" });
    return (await yardstick.next<Verification>("verified")).cpu;
  }
  try {
    const results: Map<string, Result>[] = [];
    for (let i = 0; i < plan.starts; i++) {
      results.push(await runAll(contenders, { ...plan, yardstick: verification }));
    }
    const [bare, ours] = contenders.map(({ name }) => {
      return resultOf(
        name,
        results.flatMap((result) => result.get(name)!.rounds),
      );
    });
    return findingOf(bare!, ours!);
  } finally {
    await yardstick.stop();
  }
}

function findingOf(bare: Result, ours: Result): Finding {
  return {
    tables: [
      {
        title: "A payment above HTTP, 64 connections, nothing else in memory",
        head: ["server", "req/s", "CPU µs/req", "in verifications", "p50 ms", "p99 ms"],
        rows: [bare, ours].map(({ name, median: { rate, cpu, p50, p99 }, rounds }) => {
          return [name, rate, cpu, median(rounds.map((round) => round.cpu / round.yardstick)), p50, p99];
        }),
        notes: ["In verifications: each turn by what libsecp256k1 took for one on the same core before and after it."],
      },
    ],
    targets: targetsOf(bare, ours),
  };
}

function targetsOf(bare: Result, ours: Result): Target[] {
  const verification = median([...ours.rounds, ...bare.rounds].map(({ yardstick }) => yardstick));
  const mean = (1000 * CONNECTIONS) / ours.median.rate; // Little's law: the load is closed.
  return [
    {
      name: "CPU above the bare framework (node)",
      measured: excessOf(ours, bare),
      beside: `one verification by libsecp256k1 took ${figure(verification)} µs before and after`,
      target: CPU_BOUND,
      need: "at most",
      unit: " µs",
    },
    {
      name: "the same, in verifications by libsecp256k1",
      measured: yardsticksOf(ours, bare),
      beside: `${CPU_BOUND} µs where one takes ${VERIFICATION} µs`,
      target: CPU_BOUND / VERIFICATION,
      need: "at most",
      unit: "",
    },
    {
      name: "p99 beside the bare framework (node)",
      measured: ratioOf(ours, bare, "p99"),
      beside: `${figure(ours.median.p99)} ms and ${figure(bare.median.p99)} ms; ours cannot be below its mean, ${CONNECTIONS} connections by its rate, ${figure(mean)} ms`,
      target: 4,
      need: "at most",
      unit: "×",
    },
  ];
}
