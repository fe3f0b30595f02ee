// `npm run test:deep [-- --quick]`: the Solidity tests at length: each fuzz test 10,000 times, the invariant campaign 500
// sequences of 200 calls, and every path of it taken. Cut into processes with a seed each, because the test runner keeps
// what it played. --quick: a twentieth of it.
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { run, tally } from "./contracts/run.ts";
import { makeScratch } from "./contracts/scratch.ts";

const quick = process.argv.includes("--quick");
const FUZZ = quick ? 500 : 10_000;
const INVARIANT = { parts: quick ? 1 : 10, runs: quick ? 25 : 50, depth: 200 };
/** Fixed, so that a failure can be played again: the first of the seeds, one for each process. */
const SEED = Number(process.env.RMPS_SEED ?? 1);

const folder = makeScratch("deep");
const tests = join("test", "solidity");
const pathsFile = join(folder, "paths.txt");
const started = Date.now();
const env = {
  RMPS_PROFILE: "deep",
  RMPS_PATHS: "paths.txt",
  RMPS_RUNS: String(INVARIANT.runs),
  RMPS_FUZZ: String(FUZZ),
};
const fuzzTests = readdirSync(join(folder, tests)).filter(
  (file) => file.endsWith(".t.sol") && !/^(Handler|Inv)/.test(file),
);
const parts = [
  ...Array.from({ length: INVARIANT.parts }, () => ["Invariants.t.sol", "Handler.t.sol"]),
  ...fuzzTests.map((file) => [file, "Handler.t.sol"]),
];

let failures = 0;
let passed = 0;
let cases = 0;
let sequences = 0;
for (const [index, files] of parts.entries()) {
  const seed = `0x${(SEED + index).toString(16)}`;
  const paths = files.map((file) => join(tests, file));
  const { code, output } = await run(folder, { ...env, RMPS_SEED: seed }, ["hardhat", "test", "solidity", ...paths]);
  const counts = tally(output);
  passed += counts.passed;
  failures += counts.failed === 0 && code !== 0 ? 1 : counts.failed;
  for (const [, kind, count] of output.matchAll(/(testFuzz_|invariant_)\S+ \(runs: (\d+)/g)) {
    const wanted = kind === "invariant_" ? INVARIANT.runs : FUZZ;
    if (Number(count) < wanted) ++failures;
    if (kind === "invariant_") sequences += Number(count);
    else cases += Number(count);
  }
}

/** How often each path of the campaign was taken, by the names of `Handler.Path`. */
function pathsTaken(): Map<string, number> {
  const source = readFileSync(join(folder, tests, "Handler.t.sol"), "utf8");
  const names = (/enum Path \{([^}]*)\}/.exec(source)?.[1] ?? "").split(",").map((name) => name.trim());
  const lines = readFileSync(pathsFile, "utf8").trim().split("\n");
  const counts = lines.map((line) => line.trim().split(" ").map(Number));
  return new Map(names.map((name, path) => [name, counts.reduce((sum, line) => sum + (line[path] ?? 0), 0)]));
}

const taken = pathsTaken();
rmSync(pathsFile);
for (const [name, count] of taken) console.log(`path ${name}: ${count}`);
const reached = [...taken.values()].filter((count) => count > 0).length;
const minutes = ((Date.now() - started) / 60_000).toFixed(1);
console.log(
  `deep: ${passed} tests passed, ${failures} failed; ${cases} fuzz cases; ${sequences * INVARIANT.depth} invariant calls, ` +
    `${reached} of ${taken.size} paths taken; in ${minutes} min`,
);
const complete = sequences >= INVARIANT.parts * INVARIANT.runs && cases > 0 && reached === taken.size;
process.exitCode = failures === 0 && passed > 0 && complete ? 0 : 1;
