// Compiles what a mutant can change, in a scratch folder: fast, without the optimizer, or as it is deployed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string, callbacks: object): string };

interface Output {
  readonly errors?: readonly { severity: string }[];
  readonly contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
}

export type Kind = "token" | "manager";

const ROOTS: Readonly<Record<Kind, readonly string[]>> = {
  token: ["contracts/token/MicroToken.sol", "contracts/token/FaucetToken.sol"],
  manager: ["contracts/ChannelManager.sol"],
};

/** Which of the two suites a file's mutants are judged by. */
export function kindOf(file: string): Kind {
  return file.startsWith("contracts/token/") ? "token" : "manager";
}

/** The creation code of every contract of a kind, by name; undefined where it does not compile. */
export function compile(
  folder: string,
  kind: Kind,
  { optimized, file, source }: { optimized: boolean; file?: string; source?: string },
): Record<string, string> | undefined {
  const text = (path: string): string | undefined => {
    if (path === file) return source;
    for (const base of [folder, join(folder, "node_modules")]) {
      try {
        return readFileSync(join(base, path), "utf8");
      } catch {
        // The next base has it.
      }
    }
    return undefined;
  };
  const name = (path: string): string => path.replace(/^.*\/|\.sol$/g, "");
  const roots = ROOTS[kind];
  const settings = {
    optimizer: { enabled: optimized, runs: 1_000_000 },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none" },
    outputSelection: Object.fromEntries(roots.map((path) => [path, { [name(path)]: ["evm.bytecode.object"] }])),
  };
  const sources = Object.fromEntries(roots.map((path) => [path, { content: text(path) ?? "" }]));
  const read = (path: string): { contents: string } | { error: string } => {
    const contents = text(path);
    return contents === undefined ? { error: "not found" } : { contents };
  };
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const output = JSON.parse(solc.compile(input, { import: read })) as Output;
  if (output.errors?.some(({ severity }) => severity === "error")) return undefined;
  return Object.fromEntries(
    roots.map((path) => [name(path), `0x${output.contracts[path]?.[name(path)]?.evm.bytecode.object ?? ""}`]),
  );
}
