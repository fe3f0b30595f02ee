import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { startPostgres } from "../ours/postgres.ts";
import { bars } from "../report/plot.ts";
import type { Target } from "../report/targets.ts";
import { figure, type Table } from "../report/table.ts";
import { entries, type Entry } from "./contenders.ts";
import { ratioOf, runAll, type Result } from "./run.ts";

const MEGABYTE = 1024 * 1024;

/** Every server under the same load. */
export async function httpPart({ quick }: Options): Promise<Finding> {
  const postgres = await startPostgres();
  const chosen = entries(postgres).filter((entry) => !quick || entry.quick);
  // Until the compiler has seen some ten thousand requests, it is the compiler that is measured; and a server that has
  // rested while others had their turns finds its memory cold at first.
  const plan = quick
    ? { warmup: 2_000, rounds: 3, lead: 250, measure: 500 }
    : { warmup: 6_000, rounds: 9, lead: 800, measure: 1_000 };
  try {
    const results = await runAll(chosen, plan);
    return { tables: [tableOf(chosen, results)], targets: targetsOf(results), plots: plotsOf(results) };
  } finally {
    await postgres.stop();
  }
}

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
    const spread = Math.max(...rates) / Math.min(...rates) - 1; // infinite where a round brought no answer at all
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
      share(spread),
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
      "Shares of a core are the CPU time of the process within the window: a server near 100 % was at its limit; where the generator is, the rate (and the latency) is the generator's. Spread: the fastest round beside the slowest; – where a round brought no answer.",
    ],
  };
}

const share = (part: number): string => (Number.isFinite(part) ? `${(100 * part).toFixed(0)} %` : figure(part));

function targetsOf(results: Map<string, Result>): Target[] {
  const [best, x402, mppx] = [fastest(results, "RMPS"), fastest(results, "x402"), fastest(results, "mppx")];
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
