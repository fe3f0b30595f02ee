import { createRequire } from "node:module";
import { Command } from "commander";
import { optionsFrom } from "./config/from-config.ts";
import { readConfig, SECRET_VARIABLES, SETTINGS } from "./config/settings.ts";
import { startReceiver, type RunningReceiver } from "./receiver.ts";
import { RefusedToStart } from "./refused-to-start.ts";
import { StoreRefused } from "./store/error.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** Exit code of a receiver that refused to start. */
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
Exit codes: 0 after SIGTERM or SIGINT, 1 where it refuses to start or fails.`;
}

/** The command with its options; `parse` exits the process where they are wrong, or help was asked for. */
export function command(): Command {
  const made = new Command("rmps-receiver")
    .description("Sells HTTP resources for tiny payments over RMPS channels.")
    .version(version)
    .option("--config <file>", "configuration file (JSON)", process.env["RMPS_CONFIG"])
    .option("--recover", "the store is a restored old copy, or new while channels are open: trust no credit in it")
    .option("--check", "start, say whether all is well, and stop")
    .addHelpText("after", variables());
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

/** Runs the command until it is told to stop. */
export async function main(argv: readonly string[]): Promise<void> {
  const values = command().parse(argv).opts<Record<string, unknown> & { config?: string; check?: boolean }>();
  let receiver: RunningReceiver;
  try {
    const config = readConfig(values.config, process.env, flagsOf(values));
    const options = await optionsFrom(config, values.config, process.env);
    receiver = await startReceiver({ ...options, ...(values["recover"] === true && { recover: true }) });
  } catch (error) {
    process.exitCode = REFUSED;
    process.stderr.write(`rmps-receiver: ${explain(error)}\n`);
    return;
  }
  // Listens before it says that it is ready: whoever reads that may send a signal at once.
  const told = new Promise<void>((resolve) => {
    // A second signal while requests drain does not cut them off; SIGKILL does, and loses nothing that was served.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
  process.stderr.write(`rmps-receiver: ready on ${receiver.url}\n`);
  if (values.check !== true) await told;
  await receiver.close();
}

function explain(error: unknown): string {
  if (error instanceof RefusedToStart) return `${error.message}\n${error.remedy}`;
  if (error instanceof StoreRefused) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return `${error.message}\nStop what uses the port, or choose another: --port, PORT or "port".`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
