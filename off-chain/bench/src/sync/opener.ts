import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Interface, type InterfaceAbi } from "ethers";

/** What is needed to deploy a contract. */
export interface Compiled {
  readonly interface: Interface;
  readonly bytecode: string;
}

interface Solc {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Record<
    string,
    Record<string, { readonly abi: InterfaceAbi; readonly evm: { readonly bytecode: { readonly object: string } } }>
  >;
}

const require = createRequire(import.meta.url);

/** Compiles the contract that opens channels by the hundred. @throws Error with what the compiler says. */
export function compileOpener(): Compiled {
  const file = "Opener.sol";
  const content = readFileSync(join(import.meta.dirname, "..", "..", "contracts", file), "utf8");
  const input = {
    language: "Solidity",
    sources: { [file]: { content } },
    settings: {
      optimizer: { enabled: true },
      evmVersion: "cancun",
      outputSelection: { [file]: { Opener: ["abi", "evm.bytecode.object"] } },
    },
  };
  const solc = require("solc") as Solc;
  const find = (path: string): { contents: string } => ({ contents: readFileSync(require.resolve(path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as Output;
  const errors = output.errors?.filter(({ severity }) => severity === "error") ?? [];
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const { abi, evm } = output.contracts[file]!["Opener"]!;
  return { interface: new Interface(abi), bytecode: `0x${evm.bytecode.object}` };
}
