import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { start } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import type { MicroResult } from "./process.ts";

/** What each step of a payment costs by itself. */
export async function microPart({ quick }: Options): Promise<Finding> {
  const timing = quick ? { rounds: 9, span: 15, warmup: 400 } : { rounds: 31, span: 40, warmup: 2_000 };
  const child = start("micro/process.ts", { timing, commitMs: quick ? 400 : 2_000 }, CORES.server);
  const { costs, commits, aboveCurve, x402, mppx } = await child.next<MicroResult>("result");
  await child.stop();
  const steps = costs.map(({ name, cpu, noise }) => [name, cpu, `± ${(noise * 100).toFixed(0)} %`]);
  const waves = commits.map(({ atOnce, rate, cpu }) => [`${atOnce} waiting`, rate, cpu]);
  return {
    tables: [
      { title: "In one process, CPU µs each", head: ["step", "µs", "noise"], rows: steps },
      { title: "SQLite store: durable charges", head: ["at once", "charges/s", "CPU µs each"], rows: waves },
    ],
    targets: [
      { name: "verify beside libsecp256k1's own", measured: aboveCurve, target: 1.5, need: "at most", unit: "×" },
      { name: "one check beside x402's", measured: x402, target: 25, need: "at least", unit: "×" },
      { name: "one check beside mppx's", measured: mppx, target: 50, need: "at least", unit: "×" },
    ],
  };
}
