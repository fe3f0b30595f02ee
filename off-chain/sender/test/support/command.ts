import { spawn } from "node:child_process";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "../../bin/rmps.js");

/** What a run of the command came to. */
export interface Run {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Runs the `rmps` command as it is installed (so `dist` must be built), without a terminal. */
export function rmps(args: string[], env: Record<string, string>, input = ""): Promise<Run> {
  return new Promise((resolve, reject) => {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [BIN, ...args], { env: { PATH, ...env }, stdio: "pipe" });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
    child.stdin.end(input);
  });
}
