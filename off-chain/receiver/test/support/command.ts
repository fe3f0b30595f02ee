import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

const COMMAND = join(import.meta.dirname, "../../bin/rmps-receiver.js");

/** The command `rmps-receiver` at work. */
export interface Run {
  readonly child: ChildProcess;
  /** Where it listens, once it does; undefined where it ended before. */
  readonly url: Promise<string | undefined>;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** What it wrote to standard output so far: its log. */
  readonly output: () => string;
  readonly errors: () => string;
}

/** Starts the command with nothing else in its environment. */
export function runCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { PATH: process.env["PATH"], ...env } });
  let [output, errors] = ["", ""];
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const url = new Promise<string | undefined>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
      const ready = /ready on (\S+)/.exec(errors);
      if (ready !== null) resolve(ready[1]);
    });
    void ended.then(() => resolve(undefined));
  });
  return { child, url, ended, output: () => output, errors: () => errors };
}
