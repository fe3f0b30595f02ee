// `npm run gas [-- --update]`: what each user story costs, under the conditions of docs/gas.md, beside the peers.
// Fails when a cap is exceeded or a story costs more than in the committed baseline; --update rewrites that and the docs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import hre from "hardhat";
import { format, resolveConfig } from "prettier";

import { measure } from "../test/gas/measure.ts";
import { CAPS, table } from "../test/gas/table.ts";

const baselinePath = join(import.meta.dirname, "..", "test", "gas", "baseline.json");
const docsPath = join(import.meta.dirname, "..", "docs", "gas.md");
const MARK = /(<!-- table: npm run gas -- --update -->\n)[\s\S]*?(<!-- end -->)/;

await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
const measured = await measure();
const baseline = JSON.parse(readFileSync(baselinePath, "utf8")) as Record<string, number>;
const update = process.argv.includes("--update");
const lines = table(measured);
console.log(lines.join("\n"));

const failures: string[] = [];
for (const [story, gas] of Object.entries(measured)) {
  const cap = CAPS[story]?.cap;
  if (cap !== undefined && gas > cap) failures.push(`${story}: ${gas} is above the cap of ${cap}`);
  const before = baseline[story];
  if (update) continue;
  if (before === undefined) failures.push(`${story}: not in the baseline; run npm run gas -- --update`);
  else if (gas > before) failures.push(`${story}: ${gas}, was ${before} in the baseline`);
  else if (gas < before) console.log(`${story}: ${gas}, was ${before}: better; npm run gas -- --update keeps it`);
}
for (const story of Object.keys(baseline)) {
  if (!update && measured[story] === undefined) failures.push(`${story}: in the baseline, but no longer measured`);
}

const docs = readFileSync(docsPath, "utf8");
const style = { ...(await resolveConfig(docsPath)), filepath: docsPath };
const renewed = await format(docs.replace(MARK, `$1\n${lines.join("\n")}\n\n$2`), style);
if (update) {
  writeFileSync(baselinePath, JSON.stringify(measured, null, 2) + "\n");
  writeFileSync(docsPath, renewed);
} else if (failures.length === 0 && renewed !== docs) {
  failures.push("docs/gas.md shows other figures; run npm run gas -- --update");
}

for (const failure of failures) console.error(failure);
const capped = Object.entries(CAPS);
const within = capped.filter(([story, { cap }]) => (measured[story] ?? Infinity) <= cap).length;
console.log(`gas: ${within} of ${capped.length} capped stories within their caps, ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
