import { Counter, Gauge, type Registry } from "prom-client";
import type { Engine } from "../engine.ts";
import { unlessStoreFails } from "../outages.ts";
import { BUDGET_PERIOD } from "./policy.ts";
import type { Sponsoring } from "./sponsoring.ts";

/** Counters and gauges of sponsoring, read when Prometheus asks. */
export function watchSponsoring(
  registry: Registry,
  { desk, submission }: Sponsoring,
  { store, now }: Pick<Engine, "store" | "now">,
): void {
  const registers = [registry];
  new Counter({
    name: "rmps_sponsored_total",
    help: "Sponsored deposits that this process sent, and that became done or failed",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const state of ["done", "failed"] as const) this.inc({ state }, submission.counts.get(state) ?? 0);
    },
  });
  new Counter({
    name: "rmps_sponsor_refusals_total",
    help: "Requests to sponsor a deposit that were refused",
    labelNames: ["code"],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of desk.refused) this.inc({ code }, count);
    },
  });
  new Counter({
    name: "rmps_sponsor_gas_wei_total",
    help: "Wei that sponsored deposits cost, once they are final",
    registers,
    collect() {
      this.reset();
      this.inc(Number(submission.gasSpent));
    },
  });
  new Gauge({
    name: "rmps_sponsor_budget_wei",
    help: "Wei for sponsoring in a day: all of it, and what is used or set aside",
    labelNames: ["kind"],
    registers,
    async collect() {
      this.reset();
      this.set({ kind: "budget" }, Number(desk.policy.budget));
      const used = await unlessStoreFails(() => store.sponsorships.used(now() - BUDGET_PERIOD));
      if (used !== undefined) this.set({ kind: "used" }, Number(used));
    },
  });
}
