import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { readRevert } from "@rmps/contracts";
import { DeploymentError } from "@rmps/contracts/deploy";

/** What is wrong with the command line, the files that it names, or what the chain says; shown without a stack. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** Options of every command. */
const COMMON = {
  rpc: { type: "string" },
  manager: { type: "string" },
  "from-block": { type: "string" },
  "key-file": { type: "string" },
  account: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

const COMMON_HELP = `
Of every command:
  --rpc URL           the node (default: RMPS_RPC, the first where that is a list, else http://127.0.0.1:8545)
  --manager ADDRESS   the ChannelManager (default: the one that is recorded for the node's chain)
  --from-block N      the first block whose logs count (default: the manager's)
  --key-file FILE     who sends: a file with mode 0600, a raw key or a keystore (password: RMPS_PASSWORD)
  --account N         on chain 31337: one of Hardhat's well-known accounts
  --dry-run           look, simulate and print; send nothing
  --json              for programs
  --help`;

type CommonValues = ReturnType<typeof parseArgs<{ options: typeof COMMON }>>["values"];

/** What a command was given. */
export interface Input<Own extends ParseArgsOptionsConfig> {
  values: CommonValues & ReturnType<typeof parseArgs<{ options: Own }>>["values"];
  words: readonly string[];
}

/** A command of operators. */
export interface Command<Own extends ParseArgsOptionsConfig> {
  /** What it does, and its own options. */
  help: string;
  options: Own;
  run(input: Input<Own>): Promise<void>;
}

/** Runs a command with the arguments of this process; exit code 1 where it could not do what it should. */
export async function main<Own extends ParseArgsOptionsConfig>(command: Command<Own>): Promise<never> {
  try {
    const input = read(command, process.argv.slice(2));
    if (input.values.help === true) console.log(command.help + COMMON_HELP);
    else await command.run(input);
    process.exit(0);
  } catch (error) {
    console.error(explain(error));
    process.exit(1);
  }
}

function read<Own extends ParseArgsOptionsConfig>({ options }: Command<Own>, args: string[]): Input<Own> {
  try {
    const parsed = parseArgs({ args, options: { ...COMMON, ...options }, allowPositionals: true });
    return { values: parsed.values, words: parsed.positionals };
  } catch (error) {
    throw new OperatorError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function explain(error: unknown): string {
  if (error instanceof OperatorError || error instanceof DeploymentError) return error.message;
  const revert = readRevert(error);
  if (revert === undefined) return explainOther(error);
  const values = Object.entries<unknown>(revert.args).map(([name, value]) => `${name} ${String(value)}`);
  return `The manager refuses: ${revert.name}${values.length > 0 ? ` (${values.join(", ")})` : ""}.`;
}

/** What a node refuses, in its own words; a stack only for what is a bug of ours. */
function explainOther(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  type Refusal = { message?: string };
  const {
    info,
    error: raw,
    shortMessage,
  } = error as { info?: { error?: Refusal }; error?: Refusal; shortMessage?: string };
  const said = info?.error?.message ?? raw?.message;
  if (said !== undefined) return `The node refuses: ${said}`;
  return shortMessage ?? error.stack ?? error.message;
}
