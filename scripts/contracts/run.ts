// Runs a command and keeps what it prints.
import { spawn } from "node:child_process";
import { join } from "node:path";

import { root } from "./scratch.ts";

export interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of node_modules/.bin in `folder`, showing its output unless `quiet`. */
export function run(folder: string, env: Record<string, string>, command: string[], quiet = false): Promise<Run> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error("no command");
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, "node_modules", ".bin", program), args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!quiet) process.stdout.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** How many tests passed and failed, from what Mocha and Hardhat print: the last line of each sums up those before. */
export function tally(output: string): { passed: number; failed: number } {
  const last = (word: string): number =>
    Number([...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: last("passing"), failed: last("failing") };
}
