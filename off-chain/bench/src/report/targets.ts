import { figure } from "./table.ts";

/** A promise of the project, and what was measured. */
export interface Target {
  /** Names it in `baseline.json` too. */
  readonly name: string;
  readonly measured: number;
  readonly target: number;
  /** Whether the measured value must be at least the target, or at most. */
  readonly need: "at least" | "at most";
  readonly unit: string;
  /** What the measured value was measured against, or what sets it in proportion. */
  readonly beside?: string;
}

/** Whether a target is met. */
export function isMet({ measured, target, need }: Target): boolean {
  return need === "at least" ? measured >= target : measured <= target;
}

/** One line: name, measured, target, met or not. */
export function lineOf(target: Target): string {
  const { name, measured, target: wanted, need, unit, beside } = target;
  const aside = beside === undefined ? "" : ` (${beside})`;
  return `${name}: ${figure(measured)}${unit}${aside}, target ${need} ${figure(wanted)}${unit}: ${isMet(target) ? "met" : "NOT met"}`;
}
