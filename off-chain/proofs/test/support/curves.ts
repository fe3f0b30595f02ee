import { currentCurve, setCurve } from "../../src/curve/current.ts";
import type { Curve } from "../../src/curve/curve.ts";
import { loadNativeCurve } from "../../src/curve/native.ts";
import { portableCurve } from "../../src/curve/portable.ts";

const native = loadNativeCurve();

/** Every implementation that loads here. */
export const curves: Curve[] = native === undefined ? [portableCurve] : [native, portableCurve];

/** Runs a test with each curve in place in turn. */
export function withEachCurve(what: string, test: () => void | Promise<void>): void {
  for (const curve of curves) {
    it(`${what} (${curve.name})`, async () => {
      const before = currentCurve();
      setCurve(curve);
      try {
        await test();
      } finally {
        setCurve(before);
      }
    });
  }
}
