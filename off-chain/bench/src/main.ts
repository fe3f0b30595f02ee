/** `npm run bench`: measures RMPS beside its rivals. `--help` says how it is asked. */
import { cpus, loadavg, totalmem } from "node:os";
import type { Finding } from "./finding.ts";
import { installRivals } from "./install.ts";
import { PARTS, readOptions, type Options, type Part } from "./options.ts";
import { PINNED } from "./process/pin.ts";
import { compared, saveBaseline } from "./report/baseline.ts";
import { writeDocs } from "./report/docs.ts";
import { plain } from "./report/table.ts";
import { lineOf } from "./report/targets.ts";

const parts: Partial<Record<Part, () => Promise<(options: Options) => Promise<Finding>>>> = {
  micro: async () => (await import("./micro/part.ts")).microPart,
  alone: async () => (await import("./alone/part.ts")).alonePart,
  channels: async () => (await import("./channels/part.ts")).channelsPart,
  threads: async () => (await import("./threads/part.ts")).threadsPart,
  nodes: async () => (await import("./nodes/part.ts")).nodesPart,
  sync: async () => (await import("./sync/part.ts")).syncPart,
  sender: async () => (await import("./sender/part.ts")).senderPart,
  profile: async () => (await import("./profile/part.ts")).profilePart,
  concurrency: async () => (await import("./concurrency/part.ts")).concurrencyPart,
  http: async () => (await import("./http/part.ts")).httpPart,
};

function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg().map((value) => value.toFixed(1));
  return [
    `${cpus().length} × ${cpu?.model ?? "unknown"}, ${memory} GB, Node ${process.version}`,
    `load before this run ${load.join(", ")}; ${PINNED ? "server and load generator pinned to a core each" : "nothing pinned to a core"}`,
  ].join("; ");
}

const options = readOptions();
installRivals();
const where = machine();
console.log(where);

const findings: [Part, Finding][] = [];
for (const part of PARTS) {
  const load = parts[part];
  if (load === undefined || !options.parts.has(part)) continue;
  const run = await load();
  const began = performance.now();
  const finding = await run(options);
  for (const table of finding.tables) console.log(plain(table));
  console.log(`(${part}: ${((performance.now() - began) / 1000).toFixed(0)} s)`);
  findings.push([part, finding]);
}

const targets = findings.flatMap(([, finding]) => finding.targets);
if (options.docs) await writeDocs(findings, where);
if (options.compare) console.log(plain(compared(targets)));
if (options.save) saveBaseline(targets);
console.log(`\nTargets\n${targets.map(lineOf).join("\n")}`);
