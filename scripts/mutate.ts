// `npm run mutate`: changes the contracts in one place at a time and sees whether a test notices. Mutants that no unit
// test kills are tried on the fuzz tests; those that survive these too must be explained in docs/security/mutants.json.
//
//   --list            only show the mutants         --only TEXT   only those whose id contains it
//   --shard I/N       every N-th, from the I-th     --jobs N      processes (default 2)
//   --explained       also try those that are explained: that they do survive
//   --resume          keep what an earlier run has killed, if the mutant is the same to the byte
//   --minutes N       stop after so long; what was not tried is told, and fails nothing
import { fork, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Answer, Task, Verdict } from "./contracts/mutant-worker.ts";
import { mutantsOf, type Mutant } from "./contracts/mutants.ts";
import { run } from "./contracts/run.ts";
import { hurry, makeScratch, root } from "./contracts/scratch.ts";

const { values } = parseArgs({
  options: {
    list: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    shard: { type: "string", default: "1/1" },
    jobs: { type: "string", default: "2" },
    explained: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
    minutes: { type: "string", default: "600" },
  },
});
const [shard = 1, shards = 1] = values.shard.split("/").map(Number);
const until = Date.now() + Number(values.minutes) * 60_000;

const files = readdirSync(join(root, "contracts"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".sol") && !/^(mocks|examples|interfaces)/.test(file))
  .map((file) => `contracts/${file}`)
  .sort();
const mutants = files
  .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), "utf8")))
  .filter(({ id }) => id.includes(values.only))
  .filter((_, index) => index % shards === shard - 1);
if (values.list) {
  for (const { id, line } of mutants) console.log(`${line}: ${id}`);
  console.log(`mutate: ${mutants.length} mutants`);
  process.exit(0);
}

const folder = makeScratch("mutate");
hurry(folder);
cpSync(join(root, "typechain-types"), join(folder, "typechain-types"), { recursive: true });
for (const name of ["ChannelManager", "token/MicroToken", "token/FaucetToken"]) {
  const path = join(folder, "typechain-types", "factories", `${name}__factory.ts`);
  const short = name.split("/").pop() ?? name;
  const lookup = `(globalThis as { rmpsBytecode?: Record<string, string> }).rmpsBytecode?.${short}`;
  const text = readFileSync(path, "utf8").replace(
    /super\(_abi, _bytecode, args\[0\]\)/,
    `super(_abi, ${lookup} ?? _bytecode, args[0])`,
  );
  if (!text.includes(lookup)) throw new Error(`no bytecode found in ${path}`);
  writeFileSync(path, text);
}

const explained = JSON.parse(readFileSync(join(root, "docs", "security", "mutants.json"), "utf8")) as Record<
  string,
  string
>;
/** What earlier runs have killed, by the hash of the mutant. */
const keptPath = join(root, "cache", "mutants.json");
const kept = (values.resume && existsSync(keptPath) ? JSON.parse(readFileSync(keptPath, "utf8")) : {}) as Record<
  string,
  Answer
>;
const keyOf = ({ file, source }: Mutant): string => createHash("sha256").update(`${file}\n${source}`).digest("hex");

const results = new Map<string, Answer>();
for (const mutant of mutants) {
  const answer = kept[keyOf(mutant)];
  if (answer !== undefined) results.set(mutant.id, { ...answer, id: mutant.id });
  else if (!values.explained && mutant.id in explained) {
    results.set(mutant.id, { id: mutant.id, verdict: "survived", by: "" });
  }
}
const queue = mutants.filter(({ id }) => !results.has(id));
console.log(`${mutants.length} mutants, ${queue.length} to be tried`);

function start(): Promise<ChildProcess> {
  const worker = join(root, "scripts", "contracts", "mutant-worker.ts");
  const child = fork(worker, [], {
    cwd: folder,
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("a worker ended before it began")));
    child.once("message", (answer: Answer) => {
      child.removeAllListeners("exit");
      if (answer.verdict === "survived") resolve(child);
      else reject(new Error(`the tests fail without any mutant: ${answer.by}`));
    });
  });
}

/** One mutant in one process; a process that hangs or dies has killed it. */
function ask(child: ChildProcess, { id, file, within, source }: Mutant): Promise<Answer & { alive: boolean }> {
  return new Promise((resolve) => {
    const end = (answer: Answer, alive: boolean): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      if (!alive) child.kill("SIGKILL");
      resolve({ ...answer, alive });
    };
    const timer = setTimeout(() => end({ id, verdict: "killed", by: "timeout" }, false), 900_000);
    child.once("exit", () => end({ id, verdict: "killed", by: "crash" }, false));
    child.once("message", (answer: Answer) => end(answer, true));
    child.send({ id, file, within, source } satisfies Task);
  });
}

async function work(): Promise<void> {
  let child = await start();
  for (let mutant = queue.shift(); mutant !== undefined && Date.now() < until; mutant = queue.shift()) {
    const { alive, ...answer } = await ask(child, mutant);
    results.set(mutant.id, answer);
    if (answer.verdict !== "survived") {
      kept[keyOf(mutant)] = answer;
      writeFileSync(keptPath, JSON.stringify(kept, null, 2));
    }
    console.log(
      `${results.size}/${mutants.length} ${answer.verdict} ${mutant.id}${answer.by ? ` by: ${answer.by}` : ""}`,
    );
    if (!alive) child = await start();
  }
  child.kill();
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const survivors = mutants.filter(
  ({ id }) => results.get(id)?.verdict === "survived" && (values.explained || !(id in explained)),
);
const unexplained: string[] = [];
for (const { id, file, source } of survivors) {
  const original = readFileSync(join(folder, file), "utf8");
  writeFileSync(join(folder, file), source);
  const tests = ["ChannelStates", "Hashing", "SettleMany", "Exits", "ChainId"].map(
    (name) => `test/solidity/${name}.t.sol`,
  );
  const { code, output } = await run(folder, {}, ["hardhat", "test", "solidity", ...tests], true);
  if (!/\d+ (passing|failing)/.test(output)) throw new Error(output); // no test was run
  writeFileSync(join(folder, file), original);
  if (code !== 0) results.set(id, { id, verdict: "killed", by: "fuzz tests" });
  else if (explained[id] === undefined) unexplained.push(id);
}

const count = (verdict: Verdict): number => [...results.values()].filter((answer) => answer.verdict === verdict).length;
for (const id of unexplained) console.error(`survives, and nobody said why: ${id}`);
for (const id of Object.keys(explained)) {
  const verdict = results.get(id)?.verdict;
  if (verdict !== undefined && verdict !== "survived") console.error(`is explained, but ${verdict}: ${id}`);
}
const equivalent = count("survived") - unexplained.length;
const killable = count("killed") + unexplained.length;
const score = killable === 0 ? 0 : (100 * count("killed")) / killable;
const left = mutants.length - results.size;
console.log(
  `mutate: ${score.toFixed(1)} %: ${count("killed")} of ${killable} mutants killed, ${equivalent} explained, ` +
    `${count("same")} with the same bytecode, ${count("invalid")} that do not compile${left ? `, ${left} not tried` : ""}`,
);
process.exitCode = unexplained.length === 0 && killable > 0 ? 0 : 1;
