import { spawn, spawnSync } from "node:child_process";

/** Ends the process where a command is not installed, and says how to mend it. */
export function need(...commands: string[]): void {
  const missing = commands.filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length === 0 && process.getuid?.() === 0) return;
  console.error(
    missing.length > 0
      ? `Not installed: ${missing.join(", ")}. On Debian: apt-get install ${missing.join(" ")}`
      : "Run it as root: a base image is made.",
  );
  process.exit(1);
}

/** Runs a command. @returns what it printed, trimmed. @throws with what it said, where it fails. */
export async function command(name: string, ...words: string[]): Promise<string> {
  const child = spawn(name, words, { stdio: ["ignore", "pipe", "pipe"] });
  let [printed, said] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return printed.trim();
  throw new Error(`${name} ${words.join(" ")} ended with ${code}:\n${(printed + said).slice(-4_000)}`);
}

/** podman, with runc: it runs under more kernels' control groups than crun does. */
export const podman = (...words: string[]): Promise<string> => command("podman", "--runtime", "runc", ...words);

/** The same where it may fail. @returns the exit code. */
export async function quietly(...words: string[]): Promise<number> {
  return podman(...words).then(
    () => 0,
    () => 1,
  );
}

/** How the container is run: in this machine's network, where the chain is, with limits that this process has as well. */
export function runArguments(): string[] {
  return ["--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];
}
