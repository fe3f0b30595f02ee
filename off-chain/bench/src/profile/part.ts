import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../finding.ts";
import { openSession, startGenerator } from "../load/session.ts";
import type { Options } from "../options.ts";
import { dataDirectory } from "../ours/receiver.ts";

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
}

/** A profile as V8 writes it. */
interface Profile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  /** µs. */
  readonly timeDeltas: readonly number[];
}

const WAITING = "waiting for requests";

/** Where a function belongs, the first that fits. */
const PLACES: readonly (readonly [place: string, fits: (name: string, url: string) => boolean])[] = [
  [WAITING, (name) => name === "(idle)"],
  ["libsecp256k1: recovering the key", (name) => name === "ecdsaRecover"],
  ["SQLite: writing and flushing", (name, url) => /better-sqlite3/.test(url) || /store\/sqlite\/accounts/.test(url)],
  ["hashing (Keccak)", (_, url) => /^wasm:|hash-wasm|@noble\/hashes/.test(url)],
  ["proofs: reading, packing, comparing", (_, url) => /off-chain\/proofs/.test(url)],
  ["wire: headers in and out", (_, url) => /off-chain\/wire/.test(url)],
  ["receiver: store and group commit", (_, url) => /receiver\/dist\/store/.test(url)],
  ["receiver: ledger", (_, url) => /receiver\/dist\/ledger/.test(url)],
  ["receiver: paywall and adapter", (_, url) => /receiver\/dist/.test(url)],
  ["framework (Fastify)", (_, url) => /node_modules/.test(url)],
  ["Node: sockets, system calls", (name, url) => url === "" && !name.startsWith("(")],
  ["Node: HTTP, streams, event loop", (_, url) => url.startsWith("node:")],
  ["garbage collection", (name) => name === "(garbage collector)"],
  ["everything else", () => true],
];

/** Where a paid request's time goes, by sampling the server under load. */
export async function profilePart({ quick }: Options): Promise<Finding> {
  const directory = dataDirectory();
  const generator = await startGenerator();
  const contender = {
    name: "RMPS fastify, RDN, SQLite",
    module: "servers/rmps.ts",
    settings: { framework: "fastify", store: "sqlite" },
    vouchers: "ours/rdn",
    guess: 4_000,
    flags: ["--cpu-prof", `--cpu-prof-dir=${directory}`, "--cpu-prof-interval=250"],
  } as const;
  const milliseconds = quick ? 2_000 : 6_000;
  try {
    const session = await openSession(generator, contender);
    await session.warmUp(milliseconds);
    await session.turn({ lead: 0, measure: milliseconds });
    await session.end();
  } finally {
    await generator.stop();
  }
  const file = readdirSync(directory).find((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error("the server left no profile");
  const shares = sharesOf(JSON.parse(readFileSync(join(directory, file), "utf8")) as Profile);
  const rows = [...shares]
    .sort(([, a], [, b]) => b - a)
    .map(([place, share]) => [place, `${(share * 100).toFixed(1)} %`]);
  return {
    tables: [
      {
        title: "Where the time of the main thread goes (Fastify, RDN, SQLite, 64 connections)",
        head: ["", "share"],
        rows,
        notes: ["Samples of the second half of the run. SQLite's share includes waiting for the disk."],
      },
    ],
    targets: [],
  };
}

/** The share of each place in the time that was not spent waiting. */
function sharesOf({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let total = 0;
  for (let i = samples.length >> 1; i < samples.length; i++) {
    const { functionName, url } = frames.get(samples[i]!)!;
    const [place] = PLACES.find(([, fits]) => fits(functionName, url))!;
    if (place === WAITING) continue;
    times.set(place, (times.get(place) ?? 0) + timeDeltas[i]!);
    total += timeDeltas[i]!;
  }
  return new Map([...times].map(([place, time]) => [place, time / total]));
}
