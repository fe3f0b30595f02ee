import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const canPin = process.platform === "linux" && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0;

/** Whether processes are kept on a core of their own here. */
export const PINNED = canPin && availableParallelism() >= 2;

/** The core of the server that is measured, and of everything that helps to measure it. */
export const CORES = { server: "0", load: "1" } as const;

/** The command that starts `command` on one core only, where that is possible. */
export function pinned(core: string | undefined, command: readonly string[]): readonly string[] {
  return PINNED && core !== undefined ? ["taskset", "-c", core, ...command] : command;
}
