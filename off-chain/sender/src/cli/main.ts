import { createRequire } from "node:module";
import { unreadVariables } from "@rmps/wire";
import { Command, CommanderError, Option } from "commander";
import { channels } from "./commands/channels.ts";
import { open, topUp, type OpenOptions, type SponsorOptions } from "./commands/deposit.ts";
import { close, finalize } from "./commands/exit.ts";
import { forget } from "./commands/forget.ts";
import { request, type RequestOptions } from "./commands/request.ts";
import { watch, type WatchOptions } from "./commands/watch.ts";
import { Context, type CommonOptions } from "./context.ts";
import { EXIT, EXIT_HELP, explain } from "./exit-codes.ts";
import { createOutput, toJson } from "./output.ts";
import { PROCESS, type Surroundings } from "./surroundings.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** Options of every command, with the environment variables that stand for them. */
function withCommon(command: Command): Command {
  return command
    .optionsGroup("Key:")
    .option("--keystore <file>", "encrypted JSON wallet (RMPS_KEYSTORE); asks for its password")
    .option("--password-file <file>", "its password, in a file of mode 0600 (RMPS_PASSWORD_FILE; or RMPS_PASSWORD)")
    .option("--key-file <file>", "private key in a file of mode 0600 (RMPS_KEY_FILE; or RMPS_KEY holds the key)")
    .option("--key <hex>", "private key, on chain 31337 only")
    .option("--account <n>", "Hardhat's well-known account n, on chain 31337 only")
    .optionsGroup("Chain:")
    .option("--rpc <url>", "JSON-RPC of the chain (RMPS_RPC; http://127.0.0.1:8545 by default)")
    .option("--manager <address>", "ChannelManager to trust; by default the one that is known on the chain")
    .option("--token <address>", "token to pay in; by default the one that the manager takes by notifying transfer")
    .addOption(new Option("--via <path>", "how deposits are made").choices(["auto", "erc20", "erc223"]).default("auto"))
    .option("--max-gas-price <gwei>", "the most to pay for gas (by default ten times what the node asks for)")
    .option("--resend-after <seconds>", "time until a transaction that is not mined is sent at a higher fee (60)")
    .optionsGroup("Other:")
    .option("--insecure-http", "pay over plain http also beyond this machine")
    .option("--json", "JSON, also on a terminal (RMPS_STATE names the folder of the state)");
}

/**
 * The command with all its subcommands.
 * @param begin makes the context of the one that is run.
 * @param exit is told what to exit with, where that is not 0.
 */
function createProgram(
  around: Surroundings,
  begin: (options: CommonOptions) => Context,
  exit: (code: number) => void,
): Command {
  const program = new Command("rmps")
    .description("Pays for single HTTP requests through payment channels.")
    .version(version)
    .showHelpAfterError("(rmps --help shows what there is)")
    .addHelpText("after", EXIT_HELP)
    .configureOutput({ writeOut: (text) => around.stdout.write(text), writeErr: (text) => around.stderr.write(text) })
    .exitOverride();

  const add = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .showHelpAfterError(`(rmps ${usage.split(" ")[0]} --help shows what there is)`)
      .addHelpText("after", EXIT_HELP);

  for (const method of ["get", "post"] as const) {
    add(`${method} <url>`, `${method.toUpperCase()} a URL and pay what it costs; content goes to standard output`)
      .optionsGroup("Request:")
      .option("-H, --header <line>", "request header, may be repeated", collect)
      .option("-d, --data <text>", "request body; @file reads it from a file")
      .option("-o, --output <file>", "write the content to a file")
      .option("-i, --include", "write status and headers before the content")
      .option("-f, --fail", "exit with 22 and without content where the server answers 400 or above")
      .option("-s, --silent", "no receipts")
      .optionsGroup("Limits:")
      .option("--max-price <tokens>", "the most that the request may cost (1 by default)")
      .option("--max-deposit <tokens>", "the most that may lie unspent in the channel (10 by default)")
      .option(
        "--max-locked <tokens>",
        "the most that this may let lie unspent in all channels of the state (ten times --max-deposit)",
      )
      .option("--max-fee <tokens>", MAX_FEE)
      .option("--max-challenge-period <seconds>", "for how long the money may be locked if the server is gone (a week)")
      .addHelpText("after", DEPOSIT_HELP)
      .action(async (url: string, options: RequestOptions & CommonOptions) =>
        exit(await request(method === "get" ? "GET" : "POST", url, options, begin(options))),
      );
  }
  add("open [url]", "open a channel on the terms that a URL offers, or that are named")
    .requiredOption("--deposit <tokens>", "what to put into it")
    .option("--receiver <address>", "whom to pay, where no URL is given")
    .option("--receiver-signer <address>", "the key that signs for it")
    .option("--challenge-period <seconds>", "how long the receiver may answer a close (a day by default)")
    .option("--sponsored", "let the receiver pay the gas (a URL has to be given)")
    .option("--max-fee <tokens>", MAX_FEE)
    .action((url: string | undefined, options: OpenOptions & CommonOptions) => open(url, options, begin(options)));
  add("topup <channel> <amount>", "add to the deposit of an open channel")
    .option("--sponsored", "let the receiver pay the gas")
    .option("--max-fee <tokens>", MAX_FEE)
    .action((channel: string, amount: string, options: SponsorOptions & CommonOptions) =>
      topUp(channel, amount, options, begin(options)),
    );
  add("channels", "where is my money? The chain's logs and the local state side by side").action(
    (options: CommonOptions) => channels(begin(options)),
  );
  add("close [channels...]", "end channels: by agreement, else the challenge period begins")
    .option("--all", "all channels of this account")
    .action((names: string[], options: { all?: boolean } & CommonOptions) =>
      close(names, options.all ?? false, begin(options)),
    );
  add("finalize", "bring back what is left of channels whose challenge period is over").action(
    (options: CommonOptions) => finalize(begin(options)),
  );
  add("forget", "drop channels of a development chain (31337) that was started anew, and knows them no more").action(
    (options: CommonOptions) => forget(begin(options)),
  );
  add("watch <bundles...>", "watchtower: defend receivers with exported bundles (files, or folders of *.json)")
    .option("--once", "look once, then exit")
    .option("--interval <seconds>", "time between two looks", "15")
    .action((paths: string[], options: WatchOptions & CommonOptions) => watch(paths, options, begin(options)));
  for (const command of program.commands) withCommon(command);
  return program;
}

function collect(line: string, all: string[] | undefined): string[] {
  return [...(all ?? []), line];
}

const MAX_FEE = "the most that the receiver may charge for paying the gas of a deposit (0 by default)";

const DEPOSIT_HELP = `
A channel is opened where there is none: with what the server suggests, ten times the price at least, within
--max-deposit.
What is not spent comes back: rmps close.`;

/** Runs the command. Never throws. @returns what to exit with. */
export async function main(args: string[], around: Surroundings = PROCESS): Promise<number> {
  let exitCode = 0;
  let context: Context | undefined;
  const output = createOutput(undefined, around);
  const begin = (options: CommonOptions) => {
    for (const warning of unreadVariables(around.env)) {
      output.note(options.json === true ? toJson({ warning }) : `rmps: warning: ${warning}`);
    }
    return (context = new Context(options, around));
  };
  try {
    await createProgram(around, begin, (code) => (exitCode = code)).parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage; // it has said what is wrong
    const { code, message, remedy } = await explain(error, context);
    if (args.includes("--json")) output.note(toJson({ error: message, remedy, exitCode: code }));
    else output.note(`rmps: ${message}${remedy === undefined ? "" : `\n      ${remedy}`}`);
    return code;
  }
}
