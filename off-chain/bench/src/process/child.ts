import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { pinned } from "./pin.ts";

/** A process of the bench that answers messages; each message has a `kind`. */
export interface Child {
  /** Sends a message. */
  send(message: { readonly kind: string } & Record<string, unknown>): void;
  /** The next message of a kind. @throws Error where the process ends first, or says `failed`. */
  next<Message>(kind: string): Promise<Message>;
  /** Ends the process, and waits until it has. */
  stop(): Promise<void>;
}

interface Heard {
  readonly kind: string;
  readonly reason?: string;
}

/**
 * Starts a module of the bench as a process of its own.
 * @param module   path below `src`.
 * @param settings what the module finds, as JSON, in its only argument.
 * @param core     the core to keep it on.
 * @param flags    flags for Node.
 */
export function start(module: string, settings: unknown, core?: string, flags: readonly string[] = []): Child {
  const file = join(import.meta.dirname, "..", module);
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", ...flags];
  const [command, ...args] = pinned(core, [...node, file, JSON.stringify(settings)]);
  const env = { ...process.env, NODE_ENV: "production" }; // Express and others do less then.
  const child: ChildProcess = spawn(command!, args, { stdio: ["ignore", "inherit", "inherit", "ipc"], env });
  const heard: Heard[] = [];
  const waiting: { kind: string; resolve: (message: Heard) => void; reject: (error: Error) => void }[] = [];
  let ended: Error | undefined;

  child.on("message", (message: Heard) => {
    if (message.kind === "failed") return end(new Error(`${module}: ${message.reason ?? "failed"}`));
    const index = waiting.findIndex(({ kind }) => kind === message.kind);
    if (index < 0) heard.push(message);
    else waiting.splice(index, 1)[0]!.resolve(message);
  });
  child.on("error", end);
  child.on("exit", (code, signal) => end(new Error(`${module} ended (${code ?? signal})`)));

  function end(error: Error): void {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(error);
  }

  return {
    send: (message) => child.send(message),
    next<Message>(kind: string) {
      const index = heard.findIndex((message) => message.kind === kind);
      if (index >= 0) return Promise.resolve(heard.splice(index, 1)[0] as Message);
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise<Message>((resolve, reject) => {
        waiting.push({ kind, resolve: (message) => resolve(message as Message), reject });
      });
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
    },
  };
}

// In a child: without its parent nobody would ever stop it.
if (process.send !== undefined) process.on("disconnect", () => process.exit(0));

/** In the child: what it was started with. */
export function settings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? "{}") as Settings;
}

/** In the child: says something to the parent. */
export function say(message: { readonly kind: string } & Record<string, unknown>): void {
  process.send?.(message);
}
