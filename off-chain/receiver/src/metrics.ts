import { REFUSAL_CODES } from "@rmps/wire";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { ALARM_NAMES } from "./alarms.ts";
import type { Engine } from "./engine.ts";
import { watchSponsoring } from "./sponsor/metrics.ts";
import { PURPOSES } from "./store/transactions.ts";
import type { Ledger } from "./ledger/types.ts";
import { unlessStoreFails } from "./outages.ts";

/** Seconds within which payments are counted; a durable one takes a few milliseconds. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Counts what passes through a ledger. */
export interface PaymentMetrics {
  /** The same ledger, counted. */
  readonly ledger: Ledger;
  readonly registry: Registry;
}

/** Puts counters around a ledger: payments, what they brought, refusals by reason, and how long each took. */
export function countPayments(ledger: Ledger): PaymentMetrics {
  const registry = new Registry();
  const registers = [registry];
  const payments = new Counter({ name: "rmps_payments_total", help: "Requests that were paid", registers });
  const revenue = new Counter({
    name: "rmps_charged_units_total",
    help: "What was charged, in the token's smallest unit, undone charges included",
    registers,
  });
  const refusals = new Counter({
    name: "rmps_refusals_total",
    help: "Requests with a payment that was refused",
    labelNames: ["code"],
    registers,
  });
  // Prometheus sees no rise from nothing: what first happens in the lifetime of a process would not be seen.
  for (const code of REFUSAL_CODES) refusals.inc({ code }, 0);
  const repeats = new Counter({
    name: "rmps_repeats_total",
    help: "Requests that were paid for before, by their Idempotency-Key",
    registers,
  });
  const undone = new Counter({ name: "rmps_undone_total", help: "Charges taken back", registers });
  const latency = new Histogram({
    name: "rmps_payment_seconds",
    help: "From a proof's arrival to its verdict, commit included",
    buckets: LATENCY_BUCKETS,
    registers,
  });
  return {
    registry,
    ledger: {
      ...ledger,
      async pay(proof, purchase) {
        const stop = latency.startTimer();
        const verdict = await ledger.pay(proof, purchase);
        stop();
        if (verdict.kind === "paid") {
          payments.inc();
          revenue.inc(Number(verdict.price));
        } else if (verdict.kind === "refused") refusals.inc({ code: verdict.code });
        else repeats.inc();
        return verdict;
      },
      async undo(charge) {
        const done = await ledger.undo(charge);
        if (done) undone.inc();
        return done;
      },
    },
  };
}

/** Gauges over a running receiver, read when Prometheus asks. */
export function watchEngine(registry: Registry, engine: Engine): void {
  const { store, watcher, settler, alarms, defence, now } = engine;
  const age = (at: number | undefined) => (at === undefined ? undefined : (now() - at) / 1000);
  const totals = () => unlessStoreFails(() => store.totals());
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const value = read();
        if (value === undefined) this.reset();
        else this.set(value);
      },
    });
  new Gauge({
    name: "rmps_channels",
    help: "Channels by status",
    labelNames: ["status"],
    registers: [registry],
    async collect() {
      this.reset();
      const sums = await totals();
      if (sums === undefined) return;
      for (const status of ["open", "closing", "closed"] as const) this.set({ status }, sums[status]);
    },
  });
  new Gauge({
    name: "rmps_units",
    help: "Sums over channels in the token's smallest unit; unsettled is what would be lost with the store",
    labelNames: ["kind"],
    registers: [registry],
    async collect() {
      this.reset();
      const sums = await totals();
      if (sums === undefined) return;
      for (const kind of ["deposit", "accepted", "spent", "settled", "unsettled"] as const) {
        this.set({ kind }, Number(sums[kind]));
      }
    },
  });
  new Gauge({
    name: "rmps_transactions",
    help: "Transactions of the settler that are not final, by purpose",
    labelNames: ["purpose"],
    registers: [registry],
    async collect() {
      this.reset();
      const unfinished = await unlessStoreFails(async () => settler?.unfinished());
      if (unfinished === undefined) return;
      for (const purpose of PURPOSES)
        this.set({ purpose }, unfinished.filter((each) => each.purpose === purpose).length);
    },
  });
  new Counter({
    name: "rmps_sent_total",
    help: "Transactions of the settler sent by this process, by purpose",
    labelNames: ["purpose"],
    registers: [registry],
    collect() {
      this.reset();
      for (const purpose of PURPOSES) this.inc({ purpose }, settler?.sent.get(purpose) ?? 0);
    },
  });
  new Gauge({
    name: "rmps_alarm",
    help: "1 while the alarm rings",
    labelNames: ["alarm"],
    registers: [registry],
    collect() {
      for (const name of ALARM_NAMES) this.set({ alarm: name }, alarms.rings(name) ? 1 : 0);
    },
  });
  if (engine.sponsor !== undefined) watchSponsoring(registry, engine.sponsor, engine);
  gauge("rmps_head_block", "Newest block that was read", () => watcher.head()?.number);
  gauge("rmps_head_age_seconds", "Since the head last moved", () => age(watcher.head()?.movedAt));
  gauge("rmps_head_read_age_seconds", "Since the chain was last read", () => age(watcher.head()?.readAt));
  gauge("rmps_answer_seconds", "What an answer to a close takes on chain at present", () => defence.seconds);
  gauge("rmps_leading", "1 on the node that watches and settles", () => (watcher.leading ? 1 : 0));
  gauge("rmps_gas_money_wei", "What the gas account has", () =>
    settler?.gasMoney === undefined ? undefined : Number(settler.gasMoney),
  );
}
