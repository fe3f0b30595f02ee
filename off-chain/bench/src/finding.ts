import type { Table } from "./report/table.ts";
import type { Target } from "./report/targets.ts";

/** What a part of the bench found out. */
export interface Finding {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** SVG documents by file name. */
  readonly plots?: Readonly<Record<string, string>>;
}
