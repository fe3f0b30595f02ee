/** The load generator: a process of its own, which signs everything before the clock starts. */
import { say } from "../process/child.ts";
import { prepare, type VoucherKind } from "../vouchers/prepare.ts";
import { Connection } from "./connection.ts";

/** What the parent asks for, and then `run`. */
export interface Prepare {
  /** The servers, which share the connections, one after the other. */
  readonly ports: readonly number[];
  readonly vouchers: VoucherKind;
  readonly connections: number;
  /** Requests to prepare for each connection. */
  readonly each: number;
  /** Connections that pay on the same channel, each with every so-manieth balance. */
  readonly shared: number;
}

/** How long to warm up and to measure, ms. */
export interface Run {
  readonly warmup: number;
  readonly measure: number;
}

/** What was seen from outside. */
export interface Outcome {
  readonly requests: number;
  readonly milliseconds: number;
  /** Answers by status, the warm-up included. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly exhausted: boolean;
}

/** After the measured window the load goes on for a while, so that the server's own sample is taken under load. */
const TAIL = 150;

let requests: Buffer[][] = [];
let ports: readonly number[] = [];

process.on("message", (message: { kind: string }) => {
  const work = message.kind === "prepare" ? sign(message as unknown as Prepare) : run(message as unknown as Run);
  work.catch((error: unknown) => say({ kind: "failed", reason: String(error) }));
});
process.on("SIGTERM", () => process.exit(0));
say({ kind: "ready" });

async function sign({ ports: all, vouchers, ...order }: Prepare): Promise<void> {
  ports = all;
  requests = await prepare(vouchers, { port: all[0]!, ...order });
  say({ kind: "prepared" });
}

async function run({ warmup, measure }: Run): Promise<void> {
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  let measuring = false;
  let begun = 0;
  let ended = 0;
  let exhausted = false;

  function end(): void {
    if (ended !== 0) return;
    ended = performance.now();
    measuring = false;
    latencies.sort((a, b) => a - b);
    const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
    const outcome = { requests: latencies.length, milliseconds: ended - begun, p50: at(0.5), p99: at(0.99) };
    say({ kind: "end", ...outcome, statuses, exhausted });
  }

  await new Promise<void>((resolve, reject) => {
    const connections = requests.map(
      (own, index) =>
        new Connection(
          ports[index % ports.length]!,
          own,
          (status, milliseconds) => {
            statuses[status] = (statuses[status] ?? 0) + 1;
            if (measuring) latencies.push(milliseconds);
          },
          () => {
            exhausted = true;
            end();
          },
          reject,
        ),
    );
    setTimeout(() => {
      begun = performance.now();
      measuring = true;
      say({ kind: "begin" });
    }, warmup);
    setTimeout(end, warmup + measure);
    setTimeout(
      () => {
        for (const connection of connections) connection.stop();
        resolve();
      },
      warmup + measure + TAIL,
    );
  });
  requests = [];
  say({ kind: "idle" });
}
