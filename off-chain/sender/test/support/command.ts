import { spawn } from "node:child_process";
import { join } from "node:path";
import { Writable } from "node:stream";

import { main } from "../../src/cli/main.ts";

const BIN = join(import.meta.dirname, "../../bin/rmps.js");

/** What a run of the command came to. */
export interface Run {
  code: number;
  stdout: Buffer;
  stderr: string;
}

function collector(): { chunks: Buffer[]; stream: Writable } {
  const chunks: Buffer[] = [];
  const write = (chunk: Buffer | string, _encoding: string, done: () => void) => {
    chunks.push(Buffer.from(chunk));
    done();
  };
  return { chunks, stream: new Writable({ write }) };
}

/** Runs the `rmps` command within this process, without a terminal. */
export async function rmps(args: string[], env: Record<string, string>): Promise<Run> {
  const [out, err] = [collector(), collector()];
  const code = await main(args, { env, stdout: out.stream, stderr: err.stream });
  return { code, stdout: Buffer.concat(out.chunks), stderr: Buffer.concat(err.chunks).toString() };
}

/** Runs the `rmps` command as it is installed, in a process of its own; `dist` must be built. */
export function installedRmps(args: string[], env: Record<string, string>): Promise<Run> {
  return new Promise((resolve, reject) => {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [BIN, ...args], { env: { PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
  });
}
