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
  /** Makes the settings for a run, where each needs its own. */
  readonly prepare?: () => Promise<Record<string, unknown>>;
  readonly vouchers: VoucherKind;
  /** Connections to each process; `CONNECTIONS` unless given. */
  readonly connections?: number;
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** Connections that pay on the same channel; 1 unless given. */
  readonly shared?: number;
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
export async function measure(generator: Child, contender: Contender, duration: Duration): Promise<Measured> {
  return (await measureNodes(generator, contender, 1, duration)).all;
}

/** What several processes showed together, and what each request cost the process that served it. */
export interface MeasuredNodes {
  readonly all: Measured;
  /** CPU time for each request, µs, process by process. */
  readonly cpus: readonly number[];
}

/** Runs several processes of a contender, each with as many connections as one has. @throws Error where an answer is not 200. */
export async function measureNodes(
  generator: Child,
  contender: Contender,
  nodes: number,
  { warmup, measure }: Duration,
): Promise<MeasuredNodes> {
  const settings = contender.prepare === undefined ? contender.settings : await contender.prepare();
  const servers = Array.from({ length: nodes }, () => start(contender.module, settings, CORES.server, contender.flags));
  try {
    const ports = await Promise.all(servers.map(async (server) => (await server.next<{ port: number }>("ready")).port));
    const connections = (contender.connections ?? CONNECTIONS) * nodes;
    const each = Math.ceil((contender.ceiling * (warmup + measure + 300)) / 1000 / connections);
    const { vouchers, shared = 1 } = contender;
    generator.send({ kind: "prepare", ports, vouchers, connections, each, shared });
    await generator.next("prepared");
    generator.send({ kind: "run", warmup, measure });
    await generator.next("begin");
    const before = await Promise.all(servers.map(sampleOf));
    const outcome = await generator.next<Outcome>("end");
    const after = await Promise.all(servers.map(sampleOf));
    await generator.next("idle");
    const bad = Object.entries(outcome.statuses).filter(([status]) => status !== "200");
    if (bad.length > 0) throw new Error(`${contender.name}: not all answers were 200: ${JSON.stringify(bad)}`);
    if (outcome.exhausted) console.error(`${contender.name}: ran out of prepared requests, window shortened`);
    const spent = after.map(({ cpu, served }, index) => ({
      cpu: cpu - before[index]!.cpu,
      served: served - before[index]!.served,
    }));
    const sum = (of: (node: { cpu: number; served: number }) => number): number =>
      spent.reduce((total, node) => total + of(node), 0);
    const all = {
      rate: (outcome.requests / outcome.milliseconds) * 1000,
      cpu: sum(({ cpu }) => cpu) / sum(({ served }) => served),
      p50: outcome.p50,
      p99: outcome.p99,
      rss: Math.max(...after.map(({ rss }) => rss)),
      requests: outcome.requests,
    };
    return { all, cpus: spent.map(({ cpu, served }) => cpu / served) };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
