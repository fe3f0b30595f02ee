// One of the processes of `npm run mutate`: compiles a mutant, puts its bytecode in the place of the real one, and runs
// the unit tests until one fails. The chain, Mocha and the compiler stay loaded between mutants.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import Mocha from "mocha";

export type Verdict = "killed" | "survived" | "same" | "invalid";

/** What the parent sends: one file with other content. */
export interface Task {
  readonly id: string;
  readonly file: string;
  readonly source: string;
}

export interface Answer {
  readonly id: string;
  readonly verdict: Verdict;
  readonly by: string;
}

interface Output {
  readonly errors?: readonly { severity: string; message: string }[];
  readonly contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
}

const folder = process.cwd();
const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string, callbacks: object): string };
const settings = {
  optimizer: { enabled: true, runs: 1_000_000 },
  evmVersion: "cancun",
  metadata: { bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
};

/** The bytecode of what a changed file can change, by contract name; undefined where it does not compile. */
function compile(changed: string, content?: string): Record<string, string> | undefined {
  const token = changed.startsWith("contracts/token/");
  const roots = token
    ? ["contracts/token/MicroToken.sol", "contracts/token/FaucetToken.sol"]
    : ["contracts/ChannelManager.sol"];
  const read = (path: string): { contents: string } | { error: string } => {
    if (path === changed && content !== undefined) return { contents: content };
    for (const base of [folder, join(folder, "node_modules")]) {
      try {
        return { contents: readFileSync(join(base, path), "utf8") };
      } catch {
        // The next base has it.
      }
    }
    return { error: "not found" };
  };
  const sources = Object.fromEntries(
    roots.map((path) => [
      path,
      { content: path === changed && content !== undefined ? content : readFileSync(join(folder, path), "utf8") },
    ]),
  );
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), { import: read }),
  ) as Output;
  if (output.errors?.some(({ severity }) => severity === "error")) return undefined;
  const codes: Record<string, string> = {};
  for (const path of roots) {
    const name = path.split("/").pop()?.replace(".sol", "") ?? "";
    codes[name] = `0x${output.contracts[path]?.[name]?.evm.bytecode.object ?? ""}`;
  }
  return codes;
}

const globals = globalThis as { rmpsBytecode?: Record<string, string> };
const chain = (await import(pathToFileURL(join(folder, "test/fixtures/chain.ts")).href)) as {
  networkHelpers: { clearSnapshots(): void };
};
const tests = readdirSync(join(folder, "test", "contracts"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && !file.startsWith("trees") && !file.startsWith("examples"))
  .sort();
const mocha = new Mocha({ bail: true, timeout: 30_000, reporter: class {} as unknown as Mocha.ReporterConstructor });
for (const file of tests) mocha.addFile(join(folder, "test", "contracts", file));
await mocha.loadFilesAsync();
mocha.cleanReferencesAfterRun(false);

/** The name of the first test that fails; empty where all pass. */
function firstFailure(): Promise<string> {
  chain.networkHelpers.clearSnapshots();
  return new Promise((resolve) => {
    let failed = "";
    const runner = mocha.run(() => resolve(failed));
    runner.on("fail", (test) => (failed ||= test.fullTitle()));
  });
}

const originals = new Map<string, string>();

async function judge({ id, file, source }: Task): Promise<Answer> {
  const kind = file.startsWith("contracts/token/") ? "token" : "manager";
  if (!originals.has(kind)) originals.set(kind, JSON.stringify(compile(file)));
  const codes = compile(file, source);
  if (codes === undefined) return { id, verdict: "invalid", by: "" };
  if (JSON.stringify(codes) === originals.get(kind)) return { id, verdict: "same", by: "" };
  globals.rmpsBytecode = codes;
  const by = await firstFailure();
  delete globals.rmpsBytecode;
  return { id, verdict: by === "" ? "survived" : "killed", by };
}

// A mutant may leave promises behind that nobody awaits; they are not this process's end.
process.on("unhandledRejection", () => undefined);
process.on("message", (task: Task) => {
  void judge(task).then((answer) => process.send?.(answer));
});
const clean = await firstFailure();
process.send?.({ id: "", verdict: clean === "" ? "survived" : "killed", by: clean } satisfies Answer);
