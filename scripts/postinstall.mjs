// Started under Node < 22, npm silently leaves out optional packages whose `engines` ask for more, among them the
// native part of Hardhat's network. The `node` package that was just installed can fetch what is missing.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const require = createRequire(import.meta.url);
const bin = join(import.meta.dirname, "..", "node_modules", ".bin");

function edrLoads() {
  try {
    require("@nomicfoundation/edr");
    return true;
  } catch {
    return false;
  }
}

if (!edrLoads() && process.env.RMPS_POSTINSTALL === undefined && process.env.npm_execpath !== undefined) {
  const node = join(bin, process.platform === "win32" ? "node.exe" : "node");
  const args = [process.env.npm_execpath, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  const env = { ...process.env, RMPS_POSTINSTALL: "1", PATH: `${bin}${delimiter}${process.env.PATH}` };
  const { status } = spawnSync(node, args, { cwd: join(import.meta.dirname, ".."), env, stdio: "inherit" });
  process.exit(status ?? 1);
}
