import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Table } from "./table.ts";
import type { Target } from "./targets.ts";

const FILE = join(import.meta.dirname, "..", "..", "baseline.json");

/** What was measured when it was committed: ratios, which hardly depend on the machine. */
interface Baseline {
  /** How far apart two runs on the same machine were, as a share. */
  readonly noise: number;
  readonly ratios: Readonly<Record<string, number>>;
}

/** How far two runs of the same code lie apart on a shared machine; a change below it says nothing. */
const NOISE = 0.25;

/** Writes what was measured as the new baseline. Targets that were not measured keep their old values. */
export function saveBaseline(targets: readonly Target[]): void {
  const measured = Object.fromEntries(targets.map(({ name, measured }) => [name, Number(measured.toPrecision(4))]));
  const baseline: Baseline = { noise: NOISE, ratios: { ...read()?.ratios, ...measured } };
  writeFileSync(FILE, `${JSON.stringify(baseline, undefined, 2)}\n`);
}

/** What was measured beside the baseline. Judges nothing. */
export function compared(targets: readonly Target[]): Table {
  const baseline = read();
  const noise = baseline?.noise ?? NOISE;
  const rows = targets.map(({ name, measured, need }) => {
    const before = baseline?.ratios[name];
    if (before === undefined) return [name, measured, "–", "–", "new"];
    const change = measured / before - 1;
    const better = need === "at least" ? change > 0 : change < 0;
    const verdict = Math.abs(change) <= noise ? "within noise" : better ? "better" : "worse";
    return [name, measured, before, `${change >= 0 ? "+" : ""}${(change * 100).toFixed(0)} %`, verdict];
  });
  const notes = [`Two runs of the same code differ by up to ${noise * 100} %: less than that is noise.`];
  return { title: "Beside the baseline", head: ["", "now", "baseline", "change", ""], rows, notes };
}

function read(): Baseline | undefined {
  try {
    return JSON.parse(readFileSync(FILE, "utf8")) as Baseline;
  } catch {
    return undefined;
  }
}
