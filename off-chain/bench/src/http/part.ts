import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { startPostgres } from "../ours/postgres.ts";
import { bars } from "../report/plot.ts";
import type { Table } from "../report/table.ts";
import type { Target } from "../report/targets.ts";
import { entries, type Entry } from "./contenders.ts";
import { excessOf, ratioOf, runAll, type Result } from "./run.ts";

const MEGABYTE = 1024 * 1024;

/** Every server under the same load. */
export async function httpPart({ quick }: Options): Promise<Finding> {
  const postgres = await startPostgres();
  const chosen = entries(postgres).filter((entry) => !quick || entry.quick);
  // Until the compiler has seen some ten thousand requests, it is the compiler that is measured.
  const duration = quick ? { warmup: 2_000, measure: 1_500 } : { warmup: 5_000, measure: 5_000 };
  const results = await runAll(chosen, quick ? 1 : 2, duration).finally(() => postgres.stop());
  return { tables: [tableOf(chosen, results)], targets: targetsOf(chosen, results), plots: plotsOf(results) };
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
    const { rate, cpu, p50, p99, rss } = result.median;
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
      spread,
    ];
  });
  return {
    title: "Requests over HTTP, 64 connections, 64 channels, server on one core",
    head: ["server", "req/s", "CPU µs/req", "p50 ms", "p99 ms", "MB", "× x402", "× mppx", "spread"],
    rows,
    notes: [
      "Every request bears a fresh proof, every answer was 200. RMPS is durable (SQLite, WAL, full sync) before it answers; the rivals keep vouchers in memory.",
    ],
  };
}

function targetsOf(chosen: readonly Entry[], results: Map<string, Result>): Target[] {
  const ours = chosen.filter(({ name }) => name.startsWith("RMPS") && name.endsWith("SQLite"));
  if (ours.length === 0) return [];
  const best = fastest(results, "RMPS");
  const entry = ours.find(({ name }) => name === best.name)!;
  const bare = withinFramework(chosen, results, entry);
  const at = (name: string, measured: number, target: number, need: Target["need"], unit: string): Target => ({
    name,
    measured,
    target,
    need,
    unit,
  });
  return [
    at("paid requests/s, durable, beside x402", ratioOf(best, fastest(results, "x402"), "rate"), 20, "at least", "×"),
    at("paid requests/s, durable, beside mppx", ratioOf(best, fastest(results, "mppx"), "rate"), 60, "at least", "×"),
    at(`CPU above the bare framework (${entry.framework})`, excessOf(best, bare, "cpu"), 90, "at most", " µs"),
    at(`p99 beside the bare framework (${entry.framework})`, ratioOf(best, bare, "p99"), 4, "at most", "×"),
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
