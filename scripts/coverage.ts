// `npm run coverage`: lines and branches of contracts/ (without the mocks) that the unit tests reach; anything below
// 100 % fails. Runs in a copy, in which every branch is a line (scripts/contracts/branches.ts).
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { MARKER, markBranches } from "./contracts/branches.ts";
import { run } from "./contracts/run.ts";
import { makeScratch } from "./contracts/scratch.ts";

const folder = makeScratch("coverage");
const files = readdirSync(join(folder, "contracts"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".sol") && !file.startsWith("mocks"))
  .map((file) => `contracts/${file}`);
let branches = 0;
for (const file of files) {
  const path = join(folder, file);
  const { marked, branches: more } = markBranches(readFileSync(path, "utf8"));
  writeFileSync(path, marked);
  branches += more;
}

const { code } = await run(folder, {}, ["hardhat", "test", "mocha", "--coverage"]);
const report = readFileSync(join(folder, "coverage", "lcov.info"), "utf8");
const missed: string[] = [];
let lines = 0;
let markers = 0;
for (const record of report.split("end_of_record")) {
  const file = /^SF:(.*)$/m.exec(record)?.[1];
  if (file === undefined || !files.includes(file)) continue;
  const text = readFileSync(join(folder, file), "utf8").split("\n");
  for (const [, line, hits] of record.matchAll(/^DA:(\d+),(\d+)/gm)) {
    const statement = text[Number(line) - 1]?.trim() ?? "";
    if (statement === MARKER) ++markers;
    else ++lines;
    if (hits === "0")
      missed.push(`${file}: ${statement === MARKER ? `branch before ${nearby(text, Number(line))}` : statement}`);
  }
}

function nearby(text: string[], line: number): string {
  return text
    .slice(Math.max(0, line - 4), line)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

for (const miss of missed) console.error(`not covered: ${miss}`);
const missedBranches = missed.filter((miss) => miss.includes(": branch before ")).length;
const percent = (missing: number, all: number): string => `${((100 * (all - missing)) / all).toFixed(2)} %`;
if (markers !== branches) console.error(`${branches} branches marked, ${markers} reported`);
console.log(
  `coverage: ${percent(missed.length - missedBranches, lines)} of ${lines} lines, ` +
    `${percent(missedBranches, branches)} of ${branches} branches of contracts/`,
);
process.exitCode = code === 0 && missed.length === 0 && markers === branches && lines > 0 ? 0 : 1;
