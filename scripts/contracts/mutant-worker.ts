// One of the processes of `npm run mutate`: compiles a mutant, puts its bytecode in the place of the real one, and runs
// the unit tests until one fails: first those of the function that was changed, then those that killed its other mutants.
// The chain, Mocha and the compiler stay loaded between mutants.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import Mocha from "mocha";

import { compile, kindOf, type Kind } from "./mutant-compiler.ts";

export type Verdict = "killed" | "survived" | "same" | "invalid";

/** What the parent sends: one file with other content, and the function in which it differs. */
export interface Task {
  readonly id: string;
  readonly file: string;
  readonly within: string;
  readonly source: string;
}

export interface Answer {
  readonly id: string;
  readonly verdict: Verdict;
  readonly by: string;
}

interface Suite {
  readonly name: string;
  readonly mocha: Mocha;
  seconds: number;
}

const folder = process.cwd();

/** The tests that know a helper best, where they are not named like it. */
const KNOWN_BY: Readonly<Record<string, string>> = {
  _checkAgreement: "close",
  _checkPulled: "tokens",
  _checkProof: "settle",
  _checkRequest: "requestClose",
  _close: "close",
  _credit: "deposit",
  _isCaller: "close",
  _live: "settle",
  _payOut: "tokens",
  _settleRow: "settleMany",
  add: "deposit",
  authorizationNonce: "depositWithAuthorization",
  balance: "tokens",
  byAuthorization: "depositWithAuthorization",
  byPermit2: "depositWithPermit2",
  closed: "close",
  closing: "requestClose",
  constructor: "views",
  credit: "settle",
  digestOfBalanceProof: "settle",
  hashCloseRequest: "requestClose",
  hashClosingAgreement: "close",
  id: "settle",
  idOf: "settleMany",
  isClean: "tokenReceived",
  isSignedByKey: "settle",
  isSignedByKeyOrWallet: "wallets",
  isValid: "deposit",
  keyOf: "settle",
  nonReentrant: "reentrancy",
  parse: "tokenReceived",
  proofOf: "settleMany",
  rowAt: "settleMany",
  senderKeyOf: "settleMany",
  unpack: "views",
};

const globals = globalThis as { rmpsBytecode?: Record<string, string> | undefined };
const chain = (await import(pathToFileURL(join(folder, "test/fixtures/chain.ts")).href)) as {
  networkHelpers: { clearSnapshots(): void; takeSnapshot(): Promise<{ restore(): Promise<void> }> };
};
const pristine = await chain.networkHelpers.takeSnapshot();

/** The tests of one kind of contract by file, loaded once and run as often as asked. */
async function load(kind: Kind): Promise<Suite[]> {
  const tests = join(folder, "test", "contracts");
  const suites: Suite[] = [];
  for (const file of readdirSync(tests, { recursive: true, encoding: "utf8" }).sort()) {
    if (!file.endsWith(".test.ts") || /^(trees|examples)/.test(file)) continue;
    if (/oken/.test(file.split("/")[0] ?? "") !== (kind === "token")) continue;
    const reporter = class {} as unknown as Mocha.ReporterConstructor;
    const mocha = new Mocha({ bail: true, timeout: 120_000, reporter });
    mocha.addFile(join(tests, file));
    await mocha.loadFilesAsync();
    mocha.cleanReferencesAfterRun(false);
    suites.push({ name: file.replace(/^.*\/|\.test\.ts$/g, ""), mocha, seconds: 0 });
  }
  return suites;
}

const suites: Record<Kind, Suite[]> = { token: await load("token"), manager: await load("manager") };
const originals = new Map<string, string>();
/** The suites that have killed a mutant of a function, the latest first. */
const killers = new Map<string, Suite[]>();

/** The name of the first test of a suite that fails; empty where all pass. */
async function failureIn(suite: Suite): Promise<string> {
  const started = Date.now();
  const failed = await new Promise<string>((resolve) => {
    let failed = "";
    const runner = suite.mocha.run(() => {
      runner.dispose();
      resolve(failed);
    });
    runner.on("fail", (test, error: Error) => (failed ||= `${test.fullTitle()}: ${error.message}`));
  });
  if (failed === "") suite.seconds = (Date.now() - started) / 1000;
  return failed;
}

/** The first failure of all suites, the likeliest killers of `within` first. */
async function firstFailure(kind: Kind, within = ""): Promise<string> {
  await pristine.restore();
  chain.networkHelpers.clearSnapshots();
  const known = killers.get(within) ?? [];
  const rank = (suite: Suite): number => {
    if (suite.name === within || suite.name === KNOWN_BY[within]) return -2;
    return known.includes(suite) ? -1 + known.indexOf(suite) / known.length : suite.seconds;
  };
  for (const suite of [...suites[kind]].sort((a, b) => rank(a) - rank(b))) {
    let failed = await failureIn(suite);
    // Only a failure that repeats kills: not a slow machine, nor a chain that stumbled over its snapshots.
    if (failed !== "") failed = await failureIn(suite);
    if (failed === "") continue;
    killers.set(within, [suite, ...known.filter((other) => other !== suite)]);
    return failed;
  }
  return "";
}

/** Whether a mutant's bytecode is that of the original. */
function isSame(file: string, codes: Record<string, string> | undefined, optimized: boolean): boolean {
  const kind = kindOf(file);
  const key = `${kind} ${optimized}`;
  if (!originals.has(key)) originals.set(key, JSON.stringify(compile(folder, kind, { optimized })));
  return JSON.stringify(codes) === originals.get(key);
}

async function judge({ id, file, within, source }: Task): Promise<Answer> {
  const kind = kindOf(file);
  const codes = compile(folder, kind, { optimized: false, file, source });
  if (codes === undefined) return { id, verdict: "invalid", by: "" };
  if (isSame(file, codes, false)) return { id, verdict: "same", by: "" };
  globals.rmpsBytecode = codes;
  const by = await firstFailure(kind, within);
  delete globals.rmpsBytecode;
  if (by !== "") return { id, verdict: "killed", by };
  const deployed = compile(folder, kind, { optimized: true, file, source });
  return { id, verdict: isSame(file, deployed, true) ? "same" : "survived", by: "" };
}

// A mutant may leave promises behind that nobody awaits; they are not this process's end.
process.on("unhandledRejection", () => undefined);
process.on("message", (task: Task) => {
  void judge(task).then((answer) => process.send?.(answer));
});

/** Without any mutant, but compiled in the same way, every test passes. */
async function clean(): Promise<string> {
  for (const kind of ["manager", "token"] as const) {
    globals.rmpsBytecode = compile(folder, kind, { optimized: false });
    const failed = await firstFailure(kind);
    if (failed !== "") return failed;
  }
  delete globals.rmpsBytecode;
  return "";
}

const failed = await clean();
process.send?.({ id: "", verdict: failed === "" ? "survived" : "killed", by: failed } satisfies Answer);
