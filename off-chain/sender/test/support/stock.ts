import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The workspace of the benchmarks, in which the stock clients are installed, with a lock file of its own. */
const BENCH = join(import.meta.dirname, "../../../bench/package.json");

/**
 * A package of the stock clients, or undefined where they are not installed.
 * @throws where they are not, and the environment says that they must be (`RMPS_STOCK_CLIENTS=required`, as CI does).
 */
export async function stock(name: string): Promise<Record<string, unknown> | undefined> {
  if (!existsSync(join(BENCH, "../node_modules"))) {
    if (process.env["RMPS_STOCK_CLIENTS"] !== "required") return undefined;
    throw new Error("The stock clients are not installed: run `npm ci` in off-chain/bench.");
  }
  const path = createRequire(BENCH).resolve(name);
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}
