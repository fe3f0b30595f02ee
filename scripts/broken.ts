// `npm run test:broken [-- I3 I7]`: breaks every invariant of docs/SPEC.md on purpose, one at a time in a copy, and fails
// unless the check that bears its number notices. The copies are compiled without the optimizer, for speed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { BREAKAGES, type Breakage } from "./contracts/breakages.ts";
import { run } from "./contracts/run.ts";
import { hurry, makeScratch, root } from "./contracts/scratch.ts";

/** Another check may notice first, in one sequence or another; the campaign is played with so many seeds. */
const SEEDS = 8;

const folder = makeScratch("broken");
hurry(folder);

/** What the tests say of the contracts as they stand in the copy: whether all pass, and the output. */
async function play(tests: readonly string[], seed: number): Promise<{ passed: boolean; output: string }> {
  const files = tests.map((name) => `test/solidity/${name}.t.sol`);
  const env = { RMPS_SEED: `0x${seed.toString(16)}`, RMPS_RUNS: "20" };
  const { code, output } = await run(folder, env, ["hardhat", "test", "solidity", ...files], true);
  if (!/\d+ (passing|failing)/.test(output)) throw new Error(output); // no test was run
  return { passed: code === 0, output };
}

async function isNoticed({ invariant, file, find, replace, tests, told }: Breakage): Promise<boolean> {
  const original = readFileSync(join(root, file), "utf8");
  if (original.split(find).length !== 2) throw new Error(`${invariant}: not exactly once in ${file}: ${find}`);
  writeFileSync(
    join(folder, file),
    original.replace(find, () => replace),
  );
  let noticed = "";
  for (let seed = 1; seed <= SEEDS && noticed === ""; seed++) {
    const { passed, output } = await play(tests, seed);
    const line = output.split("\n").find((text) => told.test(text));
    if (!passed && line !== undefined) noticed = line.trim();
  }
  writeFileSync(join(folder, file), original);
  console.log(`${invariant} ${noticed === "" ? "is broken, and nobody notices" : `broken: ${noticed}`}`);
  return noticed !== "";
}

const wanted = process.argv.slice(2);
const breakages = BREAKAGES.filter(({ invariant }) => wanted.length === 0 || wanted.includes(invariant));
const spec = readFileSync(join(root, "docs", "SPEC.md"), "utf8");
const missing = [...spec.matchAll(/^\| (I\d+) /gm)].filter(([, number]) =>
  BREAKAGES.every(({ invariant }) => invariant !== number),
);
for (const [, number] of missing) console.error(`${number} is in docs/SPEC.md, but nothing breaks it`);

let noticed = 0;
for (const breakage of breakages) if (await isNoticed(breakage)) ++noticed;
console.log(`broken: ${noticed} of ${breakages.length} invariants fail when broken`);
process.exitCode = noticed === breakages.length && noticed > 0 && missing.length === 0 ? 0 : 1;
