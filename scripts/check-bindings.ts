/** Rebuilds the contracts and fails if `typechain-types/` is not what the sources say: the bindings are committed. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** TypeChain lists contracts in whichever order the file system gives them: only what the lines say counts. */
function lines(text: string): string {
  const trimmed = text.split("\n").map((line) => line.trim());
  return trimmed.sort().join("\n").trim();
}

/** Whether a file says the same as the committed one. `status` is its line of `git status --porcelain`. */
function isSame(status: string): boolean {
  const path = status.slice(3);
  if (status.startsWith("??") || !existsSync(join(root, path))) return false;
  return lines(readFileSync(join(root, path), "utf8")) === lines(run("git", "show", `HEAD:${path}`));
}

run("hardhat", "build", "--force");
const changed = run("git", "status", "--porcelain", "--untracked-files=all", "--", "typechain-types");
const drift = changed
  .split("\n")
  .filter((status) => status !== "" && !isSame(status))
  .join("\n");
if (drift === "") {
  console.log("Bindings are up to date.");
} else {
  console.error(`Bindings differ from the contracts; run \`npm run build:contracts\` and commit:\n${drift}`);
  process.exitCode = 1;
}
