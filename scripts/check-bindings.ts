/** Rebuilds the contracts and fails if `typechain-types/` is not what the sources say: the bindings are committed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

run("hardhat", "build", "--force");
const drift = run("git", "status", "--porcelain", "--untracked-files=all", "--", "typechain-types");
if (drift === "") {
  console.log("Bindings are up to date.");
} else {
  console.error(`Bindings differ from the contracts; run \`npm run build:contracts\` and commit:\n${drift}`);
  process.exitCode = 1;
}
