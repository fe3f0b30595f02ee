import { join } from "node:path";
import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { dataDirectory } from "../ours/receiver.ts";
import { median } from "../http/run.ts";
import { start, type Child } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import { lines } from "../report/plot.ts";
import type { Round, Started, Weight } from "./process.ts";

const MEGABYTE = 1024 * 1024;
const GOAL = 100_000;

/** A receiver with so many channels, and what was seen of it. */
interface Subject {
  readonly channels: number;
  readonly start: number;
  /** Resident memory once it has started, bytes. */
  readonly known: number;
  readonly child: Child;
  readonly few: number[];
  readonly many: number[];
  /** Resident memory after all payments, bytes. */
  rss: number;
}

async function startSubject(channels: number): Promise<Subject> {
  const file = join(dataDirectory(), "channels.sqlite");
  const filler = start("channels/process.ts", { file, channels, fill: true }, CORES.server);
  await filler.next("filled");
  await filler.stop();
  const child = start("channels/process.ts", { file, channels, fill: false }, CORES.server, ["--expose-gc"]);
  const { start: milliseconds, rss } = await child.next<Started>("started");
  return { channels, start: milliseconds, known: rss, child, few: [], many: [], rss: 0 };
}

async function pay(subject: Subject, which: "few" | "many", payments: number): Promise<void> {
  subject.child.send({ kind: "pay", which, payments });
  subject[which].push((await subject.child.next<Round>("round")).cpu);
}

/** How a receiver grows with its channels. */
export async function channelsPart({ quick }: Options): Promise<Finding> {
  const sizes = quick ? [1_000, GOAL] : [1_000, 10_000, GOAL];
  const [rounds, payments] = quick ? [4, 1_280] : [15, 6_400];
  const subjects: Subject[] = [];
  for (const channels of sizes) subjects.push(await startSubject(channels));
  // The first round warms up. In turns, so that what else the machine does falls on all of them alike.
  for (const which of ["few", "many"] as const) {
    for (let round = 0; round <= rounds; round++) {
      for (const subject of subjects) await pay(subject, which, payments);
    }
  }
  for (const subject of subjects) {
    const { child, few, many } = subject;
    few.shift();
    many.shift();
    child.send({ kind: "weigh" });
    subject.rss = (await child.next<Weight>("weight")).rss;
    await child.stop();
  }
  return findingOf(subjects);
}

function findingOf(subjects: readonly Subject[]): Finding {
  const rows = subjects.map(({ channels, start, known, rss, few, many }) => [
    channels.toLocaleString("en-US"),
    start,
    known / MEGABYTE,
    rss / MEGABYTE,
    median(few),
    median(many),
  ]);
  const [first, last] = [subjects[0]!, subjects.at(-1)!];
  const slowdown = median(last.few.map((cpu, round) => cpu / first.few[round]!));
  const points = (of: (subject: Subject) => number): [number, number][] =>
    subjects.map((subject) => [subject.channels, of(subject)]);
  return {
    tables: [
      {
        title: "Channels in the store (SQLite), the ledger in one process",
        head: [
          "channels",
          "start ms",
          "MB, started",
          "MB, having paid",
          "µs/payment, 64 of them",
          "µs/payment, all in turn",
        ],
        rows,
        notes: [
          "Start: from the start of the process to its first durable payment. CPU time, verification included, 64 payments in flight.",
          "MB, having paid: after all the payments of this table, of which the receiver keeps the channels that paid last in memory. The target is judged by it.",
          "All in turn is the worst case: no channel pays twice before all have paid once, so no cache and no page of the database helps.",
        ],
      },
    ],
    targets: [
      {
        name: "memory with 100,000 channels",
        measured: last.rss / MEGABYTE,
        target: 300,
        need: "at most",
        unit: " MB",
      },
      { name: "start with 100,000 channels", measured: last.start / 1000, target: 3, need: "at most", unit: " s" },
      {
        name: "a payment with 100,000 channels beside 1,000",
        measured: slowdown,
        target: 1.1,
        need: "at most",
        unit: "×",
      },
    ],
    plots: {
      "channels.svg": lines("Cost of a payment by channels in the store", "channels", "CPU µs per payment", [
        { name: "all in turn", points: points(({ many }) => median(many)) },
        { name: "64 of them pay", points: points(({ few }) => median(few)) },
      ]),
    },
  };
}
