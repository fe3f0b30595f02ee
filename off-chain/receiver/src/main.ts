import { unreadVariables } from "@rmps/wire";
import { createRequire } from "node:module";
import { Command } from "commander";
import { healthUrl, isAlive } from "./alive.ts";
import { optionsFrom } from "./config/from-config.ts";
import type { Config } from "./config/schema.ts";
import { readConfig, SECRET_VARIABLES, SETTINGS } from "./config/settings.ts";
import { moveStoreCommand } from "./move-store.ts";
import type { RunningReceiver } from "./receiver.ts";
import { RefusedToStart } from "./refused-to-start.ts";
import { StoreRefused } from "./store/error.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** Exit code of a receiver that refused to start, or does not answer. */
const REFUSED = 1;

function variables(): string {
  const settings = SETTINGS.map(({ variable, help }) => [variable, help] as const);
  const lines = [...settings, ...Object.entries(SECRET_VARIABLES)].map(
    ([name, help]) => `  ${name.padEnd(26)} ${help}`,
  );
  return `
Environment variables, which options override and which override the file:
${lines.join("\n")}

Keys and tokens never stand on the command line. The file is JSON; docs/operations.md explains it.
Exit codes: 0 after SIGTERM or SIGINT, 1 where it refuses to start, fails or (--health) does not answer.`;
}

/** What was given on the command line; the settings stand among it under the names that commander gives them. */
type Values = Record<string, unknown> & { config?: string; recover?: boolean; check?: boolean; health?: boolean };

/** The command with its options; `parse` exits the process where they are wrong, or help was asked for. */
export function command(): Command {
  const made = new Command("rmps-receiver")
    .description("Sells HTTP resources for tiny payments over RMPS channels.")
    .version(version)
    .option("--config <file>", "configuration file (JSON; RMPS_CONFIG)", process.env["RMPS_CONFIG"])
    .option("--recover", "the store is a restored old copy, or new while channels are open: trust no credit in it")
    .option("--check", "start, say whether all is well, and stop")
    .option("--health", "start nothing: ask the receiver that runs here with this configuration whether it answers")
    .addHelpText("after", variables())
    .addCommand(moveStoreCommand())
    .action((values: Values) => run(values));
  for (const { flag, help } of SETTINGS) if (flag !== undefined) made.option(flag, help);
  return made;
}

/** The option's value, by the name that commander gives it. */
function flagsOf(values: Readonly<Record<string, unknown>>): Map<string, string> {
  const flags = new Map<string, string>();
  for (const { path, flag } of SETTINGS) {
    const name = flag
      ?.slice(2)
      .split(" ")[0]
      ?.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = name === undefined ? undefined : values[name];
    if (typeof value === "string") flags.set(path, value);
  }
  return flags;
}

async function start(config: Config, { config: file, recover }: Values): Promise<RunningReceiver> {
  const options = await optionsFrom(config, file, process.env);
  // Loaded only here: who asks for its health every few seconds should not have to load a whole receiver.
  const [{ startReceiver }, { createLogger }] = await Promise.all([import("./receiver.ts"), import("./log.ts")]);
  const log = createLogger(options.log);
  for (const line of unreadVariables(process.env)) log.warn(line);
  return startReceiver({ ...options, ...(recover === true && { recover }) });
}

async function sayHealth(config: Config): Promise<void> {
  const url = healthUrl(config);
  const alive = await isAlive(url);
  if (!alive) process.exitCode = REFUSED;
  process.stderr.write(`rmps-receiver: ${alive ? "answers" : "does not answer"} at ${url.href}\n`);
}

function sayUnread(): void {
  for (const line of unreadVariables(process.env)) process.stderr.write(`rmps-receiver: warning: ${line}\n`);
}

/** Runs the command until it has done what it was told. */
export async function main(argv: readonly string[]): Promise<void> {
  await command().parseAsync(argv);
}

/** Runs a receiver until it is told to stop. */
async function run(values: Values): Promise<void> {
  let receiver: RunningReceiver;
  try {
    const config = readConfig(values.config, process.env, flagsOf(values));
    if (values.health === true) return await sayHealth(config);
    receiver = await start(config, values);
  } catch (error) {
    process.exitCode = REFUSED;
    sayUnread(); // What is missing may be there under a misspelt name.
    process.stderr.write(`rmps-receiver: ${explain(error)}\n`);
    return;
  }
  // Listens before it says that it is ready: whoever reads that may send a signal at once.
  const told = new Promise<void>((resolve) => {
    // A second signal while requests drain does not cut them off; SIGKILL does, and loses nothing that was served.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
  process.stderr.write(`rmps-receiver: ready on ${receiver.url}\n`);
  if (values.check === true) sayUnread();
  else await told;
  await receiver.close();
}

const ADDRESS = 'Give an address of this machine, or 0.0.0.0 for all of them: --host, RMPS_HOST or "host".';

/** What to do where it cannot listen, by the system's code. */
const LISTENING: Readonly<Partial<Record<string, string>>> = {
  EADDRINUSE: 'Stop what uses the port, or choose another: --port, PORT or "port".',
  EACCES: 'Choose a port from 1024 up, and let a proxy listen on the one below: --port, PORT or "port".',
  EADDRNOTAVAIL: ADDRESS,
  ENOTFOUND: ADDRESS,
};

function explain(error: unknown): string {
  if (error instanceof RefusedToStart) return `${error.message}\n${error.remedy}`;
  if (error instanceof StoreRefused) return error.message;
  const remedy = error instanceof Error && "code" in error ? LISTENING[String(error.code)] : undefined;
  if (remedy !== undefined) return `${(error as Error).message}\n${remedy}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
