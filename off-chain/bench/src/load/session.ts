import { start, type Child } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import type { Sample } from "../servers/report.ts";
import type { VoucherKind } from "../vouchers/prepare.ts";
import { CONNECTIONS } from "../world.ts";
import type { AtRest, Outcome } from "./generator.ts";

/** A server under test. */
export interface Contender {
  /** As in the tables. */
  readonly name: string;
  /** The server's module below `src`. */
  readonly module: string;
  readonly settings: Record<string, unknown>;
  /** Makes the settings for a run, where each needs its own: of each process in turn. */
  readonly prepare?: () => Promise<Record<string, unknown>>;
  readonly vouchers: VoucherKind;
  /** Connections to each process; `CONNECTIONS` unless given. */
  readonly connections?: number;
  /** Processes; 1 unless given. */
  readonly nodes?: number;
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** Connections that pay on the same channel; 1 unless given. */
  readonly shared?: number;
  /** Requests a second to begin with: how many are prepared for the first turn. */
  readonly guess: number;
}

/** What one turn of a contender showed. */
export interface Measured {
  readonly requests: number;
  /** Requests of the whole turn, those around the measured window included. */
  readonly all: number;
  /** Requests per second. */
  readonly rate: number;
  /** CPU time of the server processes for each request, µs. */
  readonly cpu: number;
  /** Milliseconds that its answers took; infinite where there were none. */
  readonly p50: number;
  readonly p99: number;
  /** Resident memory of the largest server process after the turn, bytes. */
  readonly rss: number;
  /** CPU time of the load generator, as a share of the turn. */
  readonly generator: number;
}

/** Milliseconds that a turn goes on before it is measured, and those that are measured. */
export interface Duration {
  readonly lead: number;
  readonly measure: number;
}

/** A contender that runs, and rests between its turns. */
export interface Session {
  /** Puts it under the load of all connections. @throws Error where an answer is not 200. */
  turn(duration: Duration): Promise<Measured>;
  /** Loads it for so many milliseconds. */
  warmUp(milliseconds: number): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
}

/** Starts the load generator: one for all runs, because it remembers what it has signed. */
export async function startGenerator(): Promise<Child> {
  const generator = start("load/generator.ts", {}, CORES.load);
  await generator.next("ready");
  return generator;
}

/** How many times as many requests are prepared as the turn before would have needed. */
const SPARE = 1.6;
/** Milliseconds of load around a measured window, besides its lead. */
const AROUND = 200;
/** Milliseconds of a turn of the warm-up. */
const WARM_UP_TURN = 700;

let sessions = 0;

async function sampleOf(server: Child): Promise<Sample> {
  server.send({ kind: "sample" });
  return server.next<Sample>("sample");
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Starts a contender. */
export async function openSession(generator: Child, contender: Contender): Promise<Session> {
  const { nodes = 1, vouchers, shared = 1 } = contender;
  const servers: Child[] = [];
  for (let node = 0; node < nodes; node++) {
    const settings = contender.prepare === undefined ? contender.settings : await contender.prepare();
    servers.push(start(contender.module, settings, CORES.server, contender.flags));
  }
  const ports = await Promise.all(servers.map(async (server) => (await server.next<{ port: number }>("ready")).port));
  const connections = (contender.connections ?? CONNECTIONS) * nodes;
  const session = ++sessions;
  let expected = contender.guess;

  async function turn({ lead, measure }: Duration, warming = false): Promise<Measured> {
    const each = Math.ceil((expected * SPARE * (lead + measure + AROUND)) / 1000 / connections) + 4;
    generator.send({ kind: "prepare", session, ports, vouchers, connections, each, shared });
    await generator.next("prepared");
    generator.send({ kind: "turn", session, lead, measure });
    await generator.next("begin");
    const before = await Promise.all(servers.map(sampleOf));
    const outcome = await generator.next<Outcome>("end");
    const after = await Promise.all(servers.map(sampleOf));
    const { statuses } = await generator.next<AtRest>("at rest");
    const bad = Object.entries(statuses).filter(([status]) => status !== "200");
    if (bad.length > 0) throw new Error(`${contender.name}: not all answers were 200: ${JSON.stringify(bad)}`);
    const rate = (outcome.requests / outcome.milliseconds) * 1000;
    expected = outcome.exhausted ? 2 * expected : Math.max(rate, expected / 2);
    if (outcome.exhausted && !warming) {
      console.error(`${contender.name}: ran out of prepared requests, window shortened`);
    }
    const cpu = sum(after.map((sample, node) => sample.cpu - before[node]!.cpu));
    const served = sum(after.map((sample, node) => sample.served - before[node]!.served));
    const rss = Math.max(...after.map((sample) => sample.rss));
    const { requests, generator: share, p50, p99 } = outcome;
    const all = sum(Object.values(statuses));
    const latencies = { p50: p50 ?? Infinity, p99: p99 ?? Infinity };
    return { requests, all, rate, cpu: cpu / served, ...latencies, rss, generator: share };
  }

  return {
    turn: (duration) => turn(duration),
    async warmUp(milliseconds) {
      const turns = Math.ceil(milliseconds / WARM_UP_TURN);
      for (let i = 0; i < turns; i++) await turn({ lead: 0, measure: milliseconds / turns }, true);
    },
    async end() {
      generator.send({ kind: "forget", session });
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
