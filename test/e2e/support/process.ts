import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..", "..");

export interface RunningProcess {
  readonly child: ChildProcess;
  /** Everything it printed so far, standard output and error together. */
  output(): string;
  /** Resolves with the first match of what it prints, from its start on; rejects if it ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Sends a signal and waits for the end. Resolves with the exit code; null if the signal killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `node …args` at the repository's root, with `env` on top of this process's own environment. */
export function startProcess(args: string[], env: Record<string, string> = {}): RunningProcess {
  return start(process.execPath, args, env);
}

/** Starts any command at the repository's root. */
export function start(command: string, args: string[], env: Record<string, string> = {}): RunningProcess {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
  let text = "";
  const watchers = new Set<() => void>();
  const append = (chunk: Buffer) => {
    text += chunk.toString();
    for (const watcher of watchers) watcher();
  };
  child.stdout.on("data", append);
  child.stderr.on("data", append);
  child.on("close", () => {
    for (const watcher of watchers) watcher();
  });

  return {
    child,
    output: () => text,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = text.match(pattern);
          if (match === null && child.exitCode === null && child.signalCode === null) return;
          watchers.delete(look);
          if (match === null) reject(new Error(`ended before it printed ${pattern}:\n${text}`));
          else resolve(match);
        };
        watchers.add(look);
        look();
      }),
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, "close");
      }
      return child.exitCode;
    },
  };
}

/** Runs `node …args` to its end. */
export async function runProcess(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, "close");
  return { code: child.exitCode, stdout: Buffer.concat(stdout), stderr };
}
