/**
 * `npm test`: builds, then runs every test runner, three at a time. The last line sums them up: `N passed, N failed`;
 * the line before it says how many were skipped, where any were.
 * A runner that fails without saying how many tests did counts as one failure; one that ran no test is a failure too.
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

type Runner = readonly [name: string, ...command: string[]];

const root = join(import.meta.dirname, "..");

function testFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file))
    .sort();
}

const mocha = ["mocha", "--import=tsx", "--exit", "--timeout", "300000"];
const offChain = (name: string): Runner => [`off-chain/${name}`, ...mocha, ...testFiles(`off-chain/${name}/test`)];

/** Writes no bindings anew: other lanes read them. */
const hardhat = ["hardhat", "--no-typechain", "test"] as const;

/**
 * What must not run side by side shares a lane: Hardhat's runners and deployments write `artifacts/`. The others need
 * only what `npm run build` made. The longest lanes come first.
 */
const lanes: readonly (readonly Runner[])[] = [
  [
    ["solidity", ...hardhat, "solidity"],
    ["contracts", ...hardhat, "mocha"],
    ["deployment", ...mocha, ...testFiles("test/deploy"), ...testFiles("test/packages")],
  ],
  [offChain("receiver")],
  [offChain("sender")],
  [["end to end", ...mocha, ...testFiles("test/e2e")]],
  [offChain("proofs"), offChain("wire"), offChain("web")],
];

/** Lanes that run at once: what two cores carry, where each lane waits a third of its time. */
const AT_ONCE = 3;

/** Sums what Mocha (`12 passing`) and Hardhat's Solidity runner (`12 passed`) print. */
function count(output: string, word: string): number {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  return [...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}

function run([name, command, ...args]: Runner): Promise<Outcome> {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command!, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => chunks.push(Buffer.from(String(error))));
    child.on("close", (code) => {
      const output = Buffer.concat(chunks).toString();
      const passed = count(output, "pass(?:ing|ed)");
      const skipped = count(output, "pending");
      const told = count(output, "fail(?:ing|ed)");
      const failed = told === 0 && (code !== 0 || passed === 0) ? 1 : told;
      console.log(`\n=== ${name}\n${output.trimEnd()}`);
      console.log(
        `=== ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${Math.round((Date.now() - started) / 1000)} s`,
      );
      resolve({ passed, failed, skipped });
    });
  });
}

const waiting = [...lanes];
const outcomes: Outcome[] = [];

async function work(): Promise<void> {
  for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
    for (const runner of lane) outcomes.push(await run(runner));
  }
}

for (const build of ["build:contracts", "build"]) {
  const { status } = spawnSync("npm", ["run", "--silent", build], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.log("0 passed, 1 failed");
    process.exit(1);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
const sum = (what: keyof Outcome) => outcomes.reduce((total, outcome) => total + outcome[what], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
if (skipped > 0) {
  console.log(`\n${skipped} skipped, marked "-" above; stock clients are tested after \`npm ci\` in off-chain/bench`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
