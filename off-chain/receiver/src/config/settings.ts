import type { ReceiverVariable } from "@rmps/wire";
import { readFileSync } from "node:fs";
import { RefusedToStart } from "../refused-to-start.ts";
import { describe, missing } from "./problems.ts";
import { configSchema, type Config } from "./schema.ts";

/** One thing that can be set without a file. Never a secret: those are in files, or (two of them) in the environment. */
export interface Setting {
  /** Where in the file, by dots. */
  readonly path: string;
  readonly variable: ReceiverVariable | "PORT";
  /** The command's option; undefined where there is only the variable. */
  readonly flag?: string;
  readonly help: string;
  /** How its text becomes a value; the text itself unless given. */
  readonly read?: (text: string) => unknown;
}

const list = (text: string) => text.split(",").map((part) => part.trim());
const number = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

/** Everything that can be set by variable or option. Options win over variables, these over the file. */
export const SETTINGS: readonly Setting[] = [
  { path: "rpc", variable: "RMPS_RPC", flag: "--rpc <urls>", help: "RPC URLs, separated by commas", read: list },
  { path: "chainId", variable: "RMPS_CHAIN_ID", flag: "--chain-id <id>", help: "refuse any other chain", read: number },
  { path: "contract", variable: "RMPS_CONTRACT", flag: "--contract <address>", help: "the ChannelManager" },
  { path: "token", variable: "RMPS_TOKEN", flag: "--token <address>", help: "the ERC-20 in which prices are" },
  {
    path: "receiver",
    variable: "RMPS_RECEIVER",
    flag: "--receiver <address>",
    help: "who is paid, e.g. a cold wallet",
  },
  {
    path: "keys.agreement.file",
    variable: "RMPS_AGREEMENT_KEY_FILE",
    flag: "--agreement-key-file <file>",
    help: "key that signs closing agreements: a keystore, or hex, mode 0600",
  },
  {
    path: "keys.gas.file",
    variable: "RMPS_GAS_KEY_FILE",
    flag: "--gas-key-file <file>",
    help: "key that pays for disputes and claims",
  },
  { path: "store", variable: "RMPS_STORE", flag: "--store <where>", help: "SQLite file, or postgres:// URL" },
  { path: "host", variable: "RMPS_HOST", flag: "--host <address>", help: "to listen on; 127.0.0.1 unless given" },
  { path: "port", variable: "PORT", flag: "--port <number>", help: "to listen on; 5000 unless given", read: number },
  {
    path: "confirmations",
    variable: "RMPS_CONFIRMATIONS",
    flag: "--confirmations <n>",
    help: "blocks until a deposit counts, or safe, or finalized",
    read: number,
  },
  {
    path: "sponsor.budget",
    variable: "RMPS_SPONSOR_BUDGET",
    flag: "--sponsor-budget <wei>",
    help: 'pay the gas of deposits: wei a day, or "0.05 coin"',
  },
  {
    path: "sponsor.minDeposit",
    variable: "RMPS_SPONSOR_MIN_DEPOSIT",
    flag: "--sponsor-min-deposit <amount>",
    help: "smallest deposit that is sponsored",
  },
  { path: "sponsor.maxCost", variable: "RMPS_SPONSOR_MAX_COST", help: "the most that one deposit may cost" },
  { path: "sponsor.fee", variable: "RMPS_SPONSOR_FEE", help: "what a sender is charged for it" },
  { path: "apiTokenFile", variable: "RMPS_API_TOKEN_FILE", help: "file with the operator's token, mode 0600" },
  { path: "tls.cert", variable: "RMPS_TLS_CERT", help: "file with the certificate chain (PEM)" },
  { path: "tls.key", variable: "RMPS_TLS_KEY", help: "file with its key (PEM)" },
  { path: "log", variable: "RMPS_LOG", flag: "--log <level>", help: "silent, error, warn, info or debug" },
];

/** Secrets that may stand in the environment. */
export const SECRET_VARIABLES = {
  RMPS_API_TOKEN: "the operator's token itself",
  RMPS_KEY_PASSWORD: "password of the keystores",
} as const satisfies Partial<Record<ReceiverVariable, string>>;

/**
 * Reads a configuration: the file, then variables, then options on top.
 * @param file undefined: everything comes from elsewhere.
 * @param flags values by the path of their setting.
 * @throws RefusedToStart that names what is wrong, and where.
 */
export function readConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  flags: ReadonlyMap<string, string>,
): Config {
  const merged = file === undefined ? {} : readJson(file);
  for (const { path, variable, read } of SETTINGS) {
    const text = flags.get(path) ?? (env[variable] === "" ? undefined : env[variable]);
    if (text !== undefined) put(merged, path.split("."), read === undefined ? text : read(text));
  }
  const result = configSchema.safeParse(merged, { error: missing });
  if (result.success) return result.data;
  const source = file === undefined ? "The configuration" : file;
  throw new RefusedToStart(
    `${source} is not as it should be:\n${describe(result.error.issues, "the file", howToSet)}`,
    "rmps-receiver --help names what can be set; docs/operations.md explains the file.",
  );
}

function readJson(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new RefusedToStart(`The configuration ${file} cannot be read (${code}).`, "Check the path after --config.");
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new RefusedToStart(`${file} is not JSON: ${(error as Error).message}.`, "Mend it at that place.");
  }
  throw new RefusedToStart(`${file} is not a JSON object.`, 'It begins with { and has members such as "rpc".');
}

function put(target: Record<string, unknown>, [name = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const next = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  // A key given as text is its file.
  target[name] = typeof inner === "string" ? { file: inner } : next;
  put(target[name] as Record<string, unknown>, rest, value);
}

/** The option and the variable of a setting, in brackets; nothing where there is none. */
function howToSet(path: string): string {
  const setting = SETTINGS.find((each) => each.path === path);
  if (setting === undefined) return "";
  return ` (${[setting.flag?.split(" ")[0], setting.variable].filter(Boolean).join(", ")})`;
}
