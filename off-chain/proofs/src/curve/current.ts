import type { Curve } from "./curve.ts";
import { portableCurve } from "./portable.ts";

let current: Curve = portableCurve;

/** The curve that signs and verifies in this process. */
export function currentCurve(): Curve {
  return current;
}

/** Puts another implementation in place, for all. The package's entry for Node does so once, when it is loaded. */
export function setCurve(curve: Curve): void {
  current = curve;
}
