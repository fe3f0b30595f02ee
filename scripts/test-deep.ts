// `npm run test:deep [-- --quick] [--jobs N]`: the Solidity tests at length: each fuzz test 10,000 times, the invariant
// campaign 500 sequences of 200 calls, and every path of it taken. Cut into processes, each with a seed of its own, because
// the test runner keeps in memory what it played. --quick: a twentieth of it, which need not take every path.
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { run, tally } from "./contracts/run.ts";
import { root } from "./contracts/scratch.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, jobs: { type: "string", default: "2" } },
});
const FUZZ = values.quick ? 500 : 10_000;
const CAMPAIGN = { parts: values.quick ? 1 : 10, runs: values.quick ? 25 : 50, depth: 200 };
/** The first of the seeds, one for each process. Fixed, so that a failure can be played again. */
const SEED = Number(process.env.RMPS_SEED ?? 1);

const TESTS = "test/solidity";
const HANDLER = `${TESTS}/Handler.t.sol`; // the campaign finds its handler among the files that are named
const PATHS = `${TESTS}/support/Paths.sol`;
const paths = "cache/paths";
const started = Date.now();

const fuzzed = readdirSync(join(root, TESTS)).filter((file) => /^(?!Handler|Invariants).*\.t\.sol$/.test(file));
const parts = [...Array.from({ length: CAMPAIGN.parts }, () => "Invariants.t.sol"), ...fuzzed].map((file, index) => ({
  file: `${TESTS}/${file}`,
  seed: `0x${(SEED + index).toString(16)}`,
  paths: `${paths}/${index}.txt`,
}));

const total = { passed: 0, failed: 0, cases: 0, sequences: 0 };

async function play({ file, seed, paths }: (typeof parts)[number]): Promise<void> {
  const env = { RMPS_DEPTH: `${CAMPAIGN.depth}`, RMPS_RUNS: `${CAMPAIGN.runs}`, RMPS_FUZZ: `${FUZZ}` };
  const command = ["hardhat", "test", "solidity", "--no-compile", file, HANDLER];
  const { code, output } = await run(root, { ...env, RMPS_SEED: seed, RMPS_PATHS: paths }, command, true);
  const { passed, failed } = tally(output);
  total.passed += passed;
  total.failed += failed === 0 && (code !== 0 || passed === 0) ? 1 : failed;
  for (const [, kind, count] of output.matchAll(/(testFuzz_|invariant_)\S+ \(runs: (\d+)/g)) {
    if (kind === "invariant_") total.sequences += Number(count);
    else total.cases += Number(count);
    if (Number(count) < (kind === "invariant_" ? CAMPAIGN.runs : FUZZ)) ++total.failed;
  }
  console.log(`seed ${seed}\n${output.slice(output.indexOf(file)).trim()}\n`);
}

/** How often each path of the campaign was taken, by the names of `Path`. */
function pathsTaken(): [name: string, count: number][] {
  const names = /enum Path \{([^}]*)\}/.exec(readFileSync(join(root, PATHS), "utf8"))?.[1]?.split(",") ?? [];
  const lines = readdirSync(join(root, paths))
    .flatMap((file) =>
      readFileSync(join(root, paths, file), "utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => line.trim().split(" ").map(Number));
  return names.map((name, path) => [name.trim(), lines.reduce((sum, line) => sum + (line[path] ?? 0), 0)]);
}

rmSync(join(root, paths), { recursive: true, force: true });
mkdirSync(join(root, paths), { recursive: true });
const { code, output } = await run(root, {}, ["hardhat", "build", "--quiet"], true);
if (code !== 0) throw new Error(output);

async function work(): Promise<void> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) await play(part);
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const taken = pathsTaken();
for (const [name, count] of taken) console.log(`path ${name}: ${count}`);
const reached = taken.filter(([, count]) => count > 0).length;
const minutes = ((Date.now() - started) / 60_000).toFixed(1);
console.log(
  `deep: ${total.passed} tests passed, ${total.failed} failed; ${total.cases} fuzz cases, ` +
    `${total.sequences * CAMPAIGN.depth} invariant calls, ${reached} of ${taken.length} paths taken, in ${minutes} min`,
);
const complete = values.quick ? reached > 0 : reached === taken.length;
process.exitCode = total.failed === 0 && total.cases > 0 && complete ? 0 : 1;
