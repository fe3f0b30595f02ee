import { Command } from "commander";
import { StoreRefused } from "./store/error.ts";
import type { Moved } from "./store/move/move.ts";

/** The command that moves a store; sets the exit code to 1 where it could not. */
export function moveStoreCommand(): Command {
  return new Command("move-store")
    .description("move the SQLite file of a receiver that is stopped into an empty PostgreSQL database")
    .requiredOption("--from <file>", "the file; it stays, and no receiver takes it any more")
    .requiredOption("--to <url>", "postgres://user@host/database; the password may stand in PGPASSWORD or ~/.pgpass")
    .addHelpText(
      "after",
      "\nAfter a crash, run it again: it finishes what it began. Exit codes: 0 where all is moved, else 1.",
    )
    .action(async ({ from, to }: { from: string; to: string }) => {
      try {
        // Loaded only here: who starts a receiver on one database has no use for both.
        const { moveStore } = await import("./store/move/move.ts");
        say(tell(from, await moveStore(from, to)));
      } catch (error) {
        if (!(error instanceof StoreRefused)) throw error;
        process.exitCode = 1;
        say(error.message);
      }
    });
}

function tell(from: string, { to, channels, anew }: Moved): string {
  const what = channels === undefined ? `${from} had been moved already.` : `moved ${channels} channels.`;
  const next = `Name ${to} in "store" (--store, RMPS_STORE), and start. ${from} is refused from now on.`;
  const warning = `\nAn earlier move was interrupted: if a receiver has run on ${to} since, start with --recover, once.`;
  return `${what} ${next}${anew ? warning : ""}`;
}

function say(text: string): void {
  process.stderr.write(`rmps-receiver: ${text}\n`);
}
