// `npm run prove`: the compiler's SMTChecker over the one-channel model (test/model). Every assertion
// must be proved; one that is violated or unknown fails the command. docs/security/proof.md says what is not
// covered.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { root } from "./contracts/scratch.ts";

interface Diagnostic {
  readonly severity: string;
  readonly message: string;
  readonly formattedMessage: string;
}

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string): string; version(): string };

const folder = join(root, "test", "model");
const sources = Object.fromEntries(
  readdirSync(folder).map((file) => [file, { content: readFileSync(join(folder, file), "utf8") }]),
);
const modelChecker = {
  contracts: { "OneChannel.sol": ["OneChannel"] },
  engine: "chc",
  solvers: ["z3"],
  targets: ["assert"],
  showUnproved: true,
  showProvedSafe: true,
  // No timeout: the solver that is compiled into the npm package does not know one.
};
const started = Date.now();
const input = { language: "Solidity", sources, settings: { outputSelection: { "*": { "*": [] } }, modelChecker } };
const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as { errors?: Diagnostic[] };

const proved = errors.filter((error) => /check is safe|proved safe/i.test(error.message));
const rest = errors.filter((error) => !proved.includes(error));
for (const error of proved) console.log(error.formattedMessage.split("\n").slice(0, 5).join("\n"));
for (const error of rest) console.error(error.formattedMessage);
const seconds = Math.round((Date.now() - started) / 1000);
console.log(`prove: ${proved.length} properties proved, ${rest.length} not, by ${solc.version()} in ${seconds} s`);
process.exitCode = proved.length > 0 && rest.length === 0 ? 0 : 1;
