import type { Random } from "../lib/random.ts";
import type { Report } from "./report.ts";
import { proofTargets } from "./targets/proofs.ts";
import { receiverTargets } from "./targets/receiver.ts";
import { Broken, type Target } from "./targets/target.ts";
import { wireTargets } from "./targets/wire.ts";

const targets: Record<string, Target> = { ...proofTargets, ...wireTargets, ...receiverTargets };

/** Names of all parsers that are tried. */
export const PARSERS = Object.keys(targets);

/** Tries case number `index`. */
export function tryParser(random: Random, index: number, report: Report): void {
  const name = PARSERS[index % PARSERS.length]!;
  const { input, run } = targets[name]!(random);
  report.tried++;
  try {
    run();
  } catch (error) {
    report.fail(`${name}, case ${index}${error instanceof Broken ? `: ${error.message}` : ""}`, input, error);
  }
}
