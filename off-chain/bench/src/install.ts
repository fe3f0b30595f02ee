import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..");

/** Installs the rivals from the bench's own lock file, unless they are there. @throws Error where that fails. */
export function installRivals(): void {
  if (existsSync(join(folder, "node_modules", "mppx", "package.json"))) return;
  console.log("Installing the rivals (once, 138 MB) …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error("The rivals could not be installed: run `npm ci` in off-chain/bench.");
}
