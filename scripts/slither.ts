// `npm run slither` (optional, needs Python): Slither over contracts/ without mocks and without OpenZeppelin, compiled by
// the compiler from npm. Fails on a finding whose detector docs/security/static-analysis.md does not explain.
// `pip install slither-analyzer` puts the `slither` into the PATH that this looks for.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { root } from "./contracts/scratch.ts";

interface Report {
  readonly success: boolean;
  readonly error: string | null;
  readonly results: { readonly detectors?: readonly { check: string; description: string }[] };
}

const folder = mkdtempSync(join(tmpdir(), "rmps-slither-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const require = createRequire(import.meta.url);
const solc = require("solc") as { version(): string };

/** Every source that the contracts import, copied to where Slither looks for it. */
const sources: Record<string, { content: string }> = {};
function take(path: string): void {
  if (path in sources) return;
  const found = [root, join(root, "node_modules")].map((base) => join(base, path)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${path} is imported, but is not there`);
  const content = readFileSync(found, "utf8");
  sources[path] = { content };
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  for (const [, imported = ""] of content.matchAll(/^import[^;]*?"([^"]+)";/gm)) {
    take(imported.startsWith(".") ? join(dirname(path), imported) : imported);
  }
}
readdirSync(join(root, "contracts"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".sol") && !file.startsWith("mocks"))
  .forEach((file) => take(`contracts/${file}`));

const outputs = ["abi", "metadata", "devdoc", "userdoc", "evm.bytecode", "evm.deployedBytecode"];
const settings = { evmVersion: "cancun", outputSelection: { "*": { "*": outputs, "": ["ast"] } } };
writeFileSync(join(folder, "input.json"), JSON.stringify({ language: "Solidity", sources, settings }));

// Slither starts a `solc`; this one is the npm package's.
const program = `
const solc = require(${JSON.stringify(require.resolve("solc"))});
let input = "";
process.stdin.on("data", (text) => (input += text)).on("end", () => process.stdout.write(solc.compile(input)));`;
writeFileSync(join(folder, "solc.cjs"), program);
const version = solc.version().replace(/\.Emscripten.*/, "");
const wrapper = `#!/bin/sh
case "$*" in *--version*) echo "Version: ${version}.Linux.g++"; exit 0;; esac
exec "${process.execPath}" "${join(folder, "solc.cjs")}"
`;
writeFileSync(join(folder, "solc"), wrapper, { mode: 0o755 });

const options = ["--compile-force-framework", "solc-json", "--solc", join(folder, "solc"), "--json", "report.json"];
const { error } = spawnSync("slither", ["input.json", ...options, "--filter-paths", "@openzeppelin"], { cwd: folder });
if (error) throw new Error("slither does not start: pip install slither-analyzer", { cause: error });
const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report;
if (!report.success) throw new Error(report.error ?? "slither failed");

const explained = new Set(
  [...readFileSync(join(root, "docs", "security", "static-analysis.md"), "utf8").matchAll(/^\| `([a-z-]+)` /gm)].map(
    ([, detector]) => detector,
  ),
);
const findings = report.results.detectors ?? [];
const unexplained = findings.filter(({ check }) => !explained.has(check));
for (const { check, description } of findings) console.log(`${check}: ${description.trim()}`);
for (const { check, description } of unexplained) console.error(`not explained: ${check}: ${description.trim()}`);
console.log(`slither: ${findings.length} findings, ${unexplained.length} of them not explained`);
process.exitCode = unexplained.length === 0 ? 0 : 1;
