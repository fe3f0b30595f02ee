// `npm run test:deep`: the Solidity tests at length: fuzz tests 10,000 times, the invariants 500 times 200 calls. A name
// or two after it (`npm run test:deep -- Hashing`) run only these files.
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { run, tally } from "./contracts/run.ts";
import { makeScratch } from "./contracts/scratch.ts";

const FUZZ = 10_000;
const INVARIANT = { runs: 500, depth: 200 };

const folder = makeScratch("deep");
const wanted = process.argv.slice(2);
const files = readdirSync(join(folder, "test", "solidity"))
  .filter((file) => file.endsWith(".t.sol"))
  .filter((file) => wanted.length === 0 || file.startsWith("Handler") || wanted.some((name) => file.startsWith(name)))
  .map((file) => join("test", "solidity", file));
const started = Date.now();
const { code, output } = await run(folder, { RMPS_PROFILE: "deep" }, ["hardhat", "test", "solidity", ...files]);

const runs = [...output.matchAll(/(testFuzz_|invariant_)\S+ \(runs: (\d+)/g)];
const fuzzed = runs.filter((match) => match[1] === "testFuzz_").map((match) => Number(match[2]));
const played = runs.filter((match) => match[1] === "invariant_").map((match) => Number(match[2]));
const short = fuzzed.some((count) => count < FUZZ) || played.some((count) => count < INVARIANT.runs);
const { passed, failed } = tally(output);
const calls = played.reduce((sum, count) => sum + count * INVARIANT.depth, 0);
const cases = fuzzed.reduce((sum, count) => sum + count, 0);
const minutes = ((Date.now() - started) / 60_000).toFixed(1);
console.log(
  `deep: ${passed} tests passed, ${failed} failed; ${cases} fuzz cases, ${calls} invariant calls in ${minutes} min`,
);
process.exitCode = code === 0 && failed === 0 && passed > 0 && !short ? 0 : 1;
