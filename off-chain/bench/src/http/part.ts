import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { startPostgres } from "../ours/postgres.ts";
import { start } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import { bars } from "../report/plot.ts";
import type { Target } from "../report/targets.ts";
import { figure, type Table } from "../report/table.ts";
import { CONNECTIONS } from "../world.ts";
import { entries, type Entry } from "./contenders.ts";
import { excessOf, median, ratioOf, runAll, yardsticksOf, type Result } from "./run.ts";
import type { Verification } from "./yardstick.ts";

const MEGABYTE = 1024 * 1024;

/**
 * The bound on CPU time above the bare framework, µs, and what one verification by libsecp256k1 took on the machine that
 * it was set for, µs: on others, what carries over is how many verifications it is worth.
 */
const CPU_BOUND = 90;
const VERIFICATION = 37;

/** Every server under the same load. */
export async function httpPart({ quick }: Options): Promise<Finding> {
  const postgres = await startPostgres();
  const yardstick = start("http/yardstick.ts", {}, CORES.server);
  const chosen = entries(postgres).filter((entry) => !quick || entry.quick);
  // Until the compiler has seen some ten thousand requests, it is the compiler that is measured; and a server that has
  // rested while others had their turns finds its memory cold at first.
  const plan = quick
    ? { warmup: 2_400, rounds: 5, lead: 350, measure: 500 }
    : { warmup: 6_000, rounds: 9, lead: 800, measure: 1_000 };
  async function verification(): Promise<number> {
    yardstick.send({ kind: "verify" });
    return (await yardstick.next<Verification>("verified")).cpu;
  }
  try {
    const results = await runAll(chosen, { ...plan, yardstick: verification });
    return { tables: [tableOf(chosen, results)], targets: targetsOf(chosen, results), plots: plotsOf(results) };
  } finally {
    await yardstick.stop();
    await postgres.stop();
  }
}

const withinFramework = (entries: readonly Entry[], results: Map<string, Result>, entry: Entry): Result =>
  results.get(entries.find(({ name }) => name === `bare ${entry.framework}`)?.name ?? "bare node")!;

function fastest(results: Map<string, Result>, prefix: string): Result {
  const all = [...results.values()].filter(({ name }) => name.startsWith(prefix));
  return all.reduce((best, result) => (result.median.rate > best.median.rate ? result : best));
}

function tableOf(chosen: readonly Entry[], results: Map<string, Result>): Table {
  const [x402, mppx] = [fastest(results, "x402"), fastest(results, "mppx")];
  const rows = chosen.map((entry) => {
    const result = results.get(entry.name)!;
    const { rate, cpu, p50, p99, rss, generator } = result.median;
    const rates = result.rounds.map((round) => round.rate);
    const spread = `${((Math.max(...rates) / Math.min(...rates) - 1) * 100).toFixed(0)} %`;
    return [
      entry.name,
      rate,
      cpu,
      p50,
      p99,
      rss / MEGABYTE,
      ratioOf(result, x402, "rate"),
      ratioOf(result, mppx, "rate"),
      share((rate * cpu) / 1e6),
      share(generator),
      spread,
    ];
  });
  return {
    title: "Requests over HTTP, 64 connections, 64 channels, server on one core",
    head: [
      ...["server", "req/s", "CPU µs/req", "p50 ms", "p99 ms", "MB", "× x402", "× mppx"],
      ...["server's core", "generator's core", "spread"],
    ],
    rows,
    notes: [
      "Every request bears a fresh proof, every answer was 200. RMPS is durable (SQLite, WAL, full sync) before it answers; the rivals keep vouchers in memory.",
      "Shares of a core are the CPU time of the process within the window: a server near 100 % was at its limit; where the generator is, the rate (and the latency) is the generator's. Spread: the fastest round beside the slowest.",
    ],
  };
}

const share = (part: number): string => `${(100 * part).toFixed(0)} %`;

function targetsOf(chosen: readonly Entry[], results: Map<string, Result>): Target[] {
  const best = fastest(results, "RMPS");
  const entry = chosen.find(({ name }) => name === best.name)!;
  const bare = withinFramework(chosen, results, entry);
  const [x402, mppx] = [fastest(results, "x402"), fastest(results, "mppx")];
  const verification = median([...best.rounds, ...bare.rounds].map(({ yardstick }) => yardstick));
  const mean = (1000 * CONNECTIONS) / best.median.rate; // Little's law: the load is closed.
  const rates = (rival: Result): string =>
    `${best.name} ${figure(best.median.rate)}/s, ${rival.name} ${figure(rival.median.rate)}/s`;
  return [
    {
      name: "paid requests/s, durable, beside x402",
      measured: ratioOf(best, x402, "rate"),
      beside: rates(x402),
      target: 20,
      need: "at least",
      unit: "×",
    },
    {
      name: "paid requests/s, durable, beside mppx",
      measured: ratioOf(best, mppx, "rate"),
      beside: rates(mppx),
      target: 60,
      need: "at least",
      unit: "×",
    },
    {
      name: `CPU above the bare framework (${entry.framework})`,
      measured: excessOf(best, bare),
      beside: `one verification by libsecp256k1 took ${figure(verification)} µs before and after`,
      target: CPU_BOUND,
      need: "at most",
      unit: " µs",
    },
    {
      name: `the same, in verifications by libsecp256k1`,
      measured: yardsticksOf(best, bare),
      beside: `each turn by the verifications around it; ${CPU_BOUND} µs where one takes ${VERIFICATION} µs`,
      target: CPU_BOUND / VERIFICATION,
      need: "at most",
      unit: "",
    },
    {
      name: `p99 beside the bare framework (${entry.framework})`,
      measured: best.median.p99 / bare.median.p99,
      beside: `${figure(best.median.p99)} ms and ${figure(bare.median.p99)} ms; ours cannot be below its mean, ${CONNECTIONS} connections by its rate, ${figure(mean)} ms`,
      target: 4,
      need: "at most",
      unit: "×",
    },
  ];
}

function plotsOf(results: Map<string, Result>): Record<string, string> {
  const values = [...results.values()].map(({ name, median }) => [name, median] as const);
  const of = (field: "rate" | "cpu"): [string, number][] => values.map(([name, median]) => [name, median[field]]);
  return {
    "requests.svg": bars("Requests per second, one core", "/s", of("rate")),
    "cpu.svg": bars("CPU time of the server for each request", "µs", of("cpu")),
  };
}
