/** The load generator: a process of its own, which signs everything before the clock of a turn starts. */
import { setTimeout } from "node:timers/promises";
import { say } from "../process/child.ts";
import { EXPIRING, prepare, type VoucherKind } from "../vouchers/prepare.ts";
import { Connection, type Listener } from "./connection.ts";

/** Signs what a turn will send. What an earlier turn of the session left over is sent first. */
export interface Prepare {
  readonly session: number;
  /** The servers, which share the connections, one after the other. */
  readonly ports: readonly number[];
  readonly vouchers: VoucherKind;
  readonly connections: number;
  /** Requests for each connection. */
  readonly each: number;
  /** Connections that pay on the same channel, each with every so-manieth balance. */
  readonly shared: number;
}

/** One turn of a session. */
export interface Turn {
  readonly session: number;
  /** Milliseconds under load before what is measured, and those that are measured. */
  readonly lead: number;
  readonly measure: number;
}

/** What was seen from outside. */
export interface Outcome {
  readonly requests: number;
  readonly milliseconds: number;
  /** CPU time of the generator within the window, as a share of it: near 1, it is the generator that is measured. */
  readonly generator: number;
  readonly exhausted: boolean;
  /** Milliseconds that its answers took. Null, for messages are JSON, where there were none. */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Said once every request of a turn is answered. */
export interface AtRest {
  /** Answers by status, those before and after the measured window included. */
  readonly statuses: Readonly<Record<string, number>>;
}

interface Session {
  /** Kept from turn to turn. */
  readonly connections: readonly Connection[];
  /** What is signed and not sent, by connection. */
  readonly queues: Buffer[][];
  /** Requests that were prepared for each connection. */
  prepared: number;
}

/** After the measured window the load goes on for a while, so that the server's own sample is taken under load. */
const TAIL = 100;

const sessions = new Map<number, Session>();

process.on("message", (message: { kind: string }) => {
  handle(message).catch((error: unknown) => say({ kind: "failed", reason: String(error) }));
});
process.on("SIGTERM", () => process.exit(0));
say({ kind: "ready" });

async function handle(message: { kind: string }): Promise<void> {
  switch (message.kind) {
    case "prepare":
      return sign(message as unknown as Prepare);
    case "turn":
      return run(message as unknown as Turn);
    case "forget": {
      const { session } = message as unknown as { session: number };
      for (const connection of sessions.get(session)?.connections ?? []) connection.close();
      sessions.delete(session);
    }
  }
}

async function sign({ session: id, ports, connections, each, ...order }: Prepare): Promise<void> {
  const session = sessions.get(id) ?? {
    connections: Array.from({ length: connections }, (_, index) => new Connection(ports[index % ports.length]!)),
    queues: [],
    prepared: 0,
  };
  sessions.set(id, session);
  let left = Math.min(...Array.from({ length: connections }, (_, index) => session.queues[index]?.length ?? 0));
  if (EXPIRING.has(order.vouchers)) {
    session.prepared -= left;
    session.queues.length = left = 0;
  }
  const wanted = Math.max(0, each - left);
  const more = await prepare({ ...order, port: ports[0]!, connections, from: session.prepared, each: wanted });
  for (const [index, own] of more.entries()) session.queues[index] = [...(session.queues[index] ?? []), ...own];
  session.prepared += wanted;
  say({ kind: "prepared" });
}

const cpuNow = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function run({ session: id, lead, measure }: Turn): Promise<void> {
  const { connections, queues } = sessions.get(id)!;
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  let [measuring, ended, exhausted] = [false, false, false];
  let [begun, cpu] = [0, 0];

  function end(): void {
    if (ended) return;
    ended = true;
    measuring = false;
    const milliseconds = performance.now() - begun;
    const generator = (cpuNow() - cpu) / milliseconds;
    latencies.sort((a, b) => a - b);
    const at = (share: number): number | null => latencies[Math.floor(latencies.length * share)] ?? null;
    say({ kind: "end", requests: latencies.length, milliseconds, generator, exhausted, p50: at(0.5), p99: at(0.99) });
  }

  const failure = new Promise<never>((_, reject) => {
    const listener: Listener = {
      onAnswer(status, milliseconds) {
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (measuring) latencies.push(milliseconds);
      },
      onExhausted() {
        exhausted = true;
        if (measuring) end();
      },
      onError: reject,
    };
    for (const [index, connection] of connections.entries()) connection.begin(queues[index]!, listener);
  });

  async function measured(): Promise<void> {
    await setTimeout(lead);
    [begun, cpu] = [performance.now(), cpuNow()];
    measuring = !exhausted;
    say({ kind: "begin" });
    if (exhausted) end();
    await setTimeout(measure);
    end();
    await setTimeout(TAIL);
    for (const [index, rest] of (await Promise.all(connections.map((each) => each.end()))).entries()) {
      queues[index] = rest;
    }
  }

  await Promise.race([measured(), failure]);
  say({ kind: "at rest", statuses });
}
