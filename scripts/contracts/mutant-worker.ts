// One of the processes of `npm run mutate`: compiles a mutant, puts its bytecode in the place of the real one, and runs
// the unit tests until one fails. The chain, Mocha and the compiler stay loaded between mutants.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import Mocha from "mocha";

type Kind = "token" | "manager";

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
  networkHelpers: { clearSnapshots(): void; takeSnapshot(): Promise<{ restore(): Promise<void> }> };
};
const pristine = await chain.networkHelpers.takeSnapshot();
/** The tests of one kind of contract, loaded once and run as often as asked. */
async function load(kind: Kind): Promise<Mocha> {
  const mocha = new Mocha({ bail: true, timeout: 30_000, reporter: class {} as unknown as Mocha.ReporterConstructor });
  const tests = join(folder, "test", "contracts");
  for (const file of readdirSync(tests, { recursive: true, encoding: "utf8" }).sort()) {
    if (!file.endsWith(".test.ts") || /^(trees|examples|.*gas)/.test(file)) continue;
    if (/oken/.test(file.split("/")[0] ?? "") === (kind === "token")) mocha.addFile(join(tests, file));
  }
  await mocha.loadFilesAsync();
  mocha.cleanReferencesAfterRun(false);
  return mocha;
}

const suites: Record<Kind, Mocha> = { token: await load("token"), manager: await load("manager") };

/** The name of the first test that fails; empty where all pass. */
async function firstFailure(kind: Kind): Promise<string> {
  await pristine.restore();
  chain.networkHelpers.clearSnapshots();
  return new Promise((resolve) => {
    let failed = "";
    const runner = suites[kind].run(() => resolve(failed));
    runner.on("fail", (test, error: Error) => (failed ||= `${test.fullTitle()}: ${error.message}`));
  });
}

const originals = new Map<string, string>();

async function judge({ id, file, source }: Task): Promise<Answer> {
  const kind: Kind = file.startsWith("contracts/token/") ? "token" : "manager";
  if (!originals.has(kind)) originals.set(kind, JSON.stringify(compile(file)));
  const codes = compile(file, source);
  if (codes === undefined) return { id, verdict: "invalid", by: "" };
  if (JSON.stringify(codes) === originals.get(kind)) return { id, verdict: "same", by: "" };
  globals.rmpsBytecode = codes;
  let by = await firstFailure(kind);
  // A slow machine kills nobody: what ran out of time is tried again.
  if (/timeout/i.test(by)) by = await firstFailure(kind);
  delete globals.rmpsBytecode;
  return { id, verdict: by === "" ? "survived" : "killed", by };
}

// A mutant may leave promises behind that nobody awaits; they are not this process's end.
process.on("unhandledRejection", () => undefined);
process.on("message", (task: Task) => {
  void judge(task).then((answer) => process.send?.(answer));
});
const clean = (await firstFailure("manager")) || (await firstFailure("token"));
process.send?.({ id: "", verdict: clean === "" ? "survived" : "killed", by: clean } satisfies Answer);
