import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The workspace of the benchmarks, in which the stock clients are installed. */
const BENCH = join(import.meta.dirname, "../../../bench/package.json");

/** A package of the stock clients, or undefined where the benchmarks are not installed. */
export async function stock(name: string): Promise<Record<string, unknown> | undefined> {
  if (!existsSync(join(BENCH, "../node_modules"))) return undefined;
  const path = createRequire(BENCH).resolve(name);
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}
