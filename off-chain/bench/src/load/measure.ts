import { start, type Child } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import type { Sample } from "../servers/report.ts";
import type { VoucherKind } from "../vouchers/prepare.ts";
import { CONNECTIONS } from "../world.ts";
import type { Outcome } from "./generator.ts";

/** A server under test. */
export interface Contender {
  /** As in the tables. */
  readonly name: string;
  /** The server's module below `src`. */
  readonly module: string;
  readonly settings: Record<string, unknown>;
  readonly vouchers: VoucherKind;
  /** Requests a second that it will not exceed: how many are prepared. */
  readonly ceiling: number;
}

/** What one run of a contender showed. */
export interface Measured {
  /** Requests per second. */
  readonly rate: number;
  /** CPU time of the server process for each request, µs. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Resident memory of the server after the run, bytes. */
  readonly rss: number;
  readonly requests: number;
}

/** How long a run takes, ms. */
export interface Duration {
  readonly warmup: number;
  readonly measure: number;
}

async function sampleOf(server: Child): Promise<Sample> {
  server.send({ kind: "sample" });
  return server.next<Sample>("sample");
}

/** Starts the load generator: one for all runs, because it remembers what it has signed. */
export async function startGenerator(): Promise<Child> {
  const generator = start("load/generator.ts", {}, CORES.load);
  await generator.next("ready");
  return generator;
}

/** Runs a contender under the load of all connections. @throws Error where an answer is not 200. */
export async function measure(
  generator: Child,
  contender: Contender,
  { warmup, measure }: Duration,
): Promise<Measured> {
  const server = start(contender.module, contender.settings, CORES.server);
  try {
    const { port } = await server.next<{ port: number }>("ready");
    const each = Math.ceil((contender.ceiling * (warmup + measure + 300)) / 1000 / CONNECTIONS);
    generator.send({ kind: "prepare", port, vouchers: contender.vouchers, each });
    await generator.next("prepared");
    generator.send({ kind: "run", warmup, measure });
    await generator.next("begin");
    const before = await sampleOf(server);
    const outcome = await generator.next<Outcome>("end");
    const after = await sampleOf(server);
    await generator.next("idle");
    const bad = Object.entries(outcome.statuses).filter(([status]) => status !== "200");
    if (bad.length > 0) throw new Error(`${contender.name}: not all answers were 200: ${JSON.stringify(bad)}`);
    if (outcome.exhausted) console.error(`${contender.name}: ran out of prepared requests, window shortened`);
    return {
      rate: (outcome.requests / outcome.milliseconds) * 1000,
      cpu: (after.cpu - before.cpu) / (after.served - before.served),
      p50: outcome.p50,
      p99: outcome.p99,
      rss: after.rss,
      requests: outcome.requests,
    };
  } finally {
    await server.stop();
  }
}
