import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../../../off-chain/receiver/test/support/eventually.ts";

const recipes = join(import.meta.dirname, "..", "..", "..", "docs", "proxies");

/** A recipe of the documentation, with addresses and secrets of the test in place of those that are there. */
export function recipe(name: string, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(recipes, name), "utf8");
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${name} does not have ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** A server of Debian's that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>;
}

/** Starts nginx with some servers. @param files more files for its directory, by name. */
export async function startNginx(
  servers: string,
  port: number,
  files: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), "rmps-nginx-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${kind};`);
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const config = `${user} worker_processes 2; pid nginx.pid; error_log error.log warn; events {}
http { access_log off; ${temporary.join(" ")}
${servers}
}`;
  writeFileSync(join(directory, "nginx.conf"), config);
  const child = spawn("nginx", ["-p", directory, "-c", "nginx.conf", "-g", "daemon off;"], { stdio: "pipe" });
  return supervise(child, port, directory, "SIGTERM");
}

/** Starts Caddy. */
export async function startCaddy(config: string, port: number): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), "rmps-caddy-"));
  const file = join(directory, "Caddyfile");
  writeFileSync(file, config);
  const env = { ...process.env, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
  const child = spawn("caddy", ["run", "--config", file, "--adapter", "caddyfile"], { stdio: "pipe", env });
  // Told to stop, it would wait for connections that clients keep.
  return supervise(child, port, directory, "SIGKILL");
}

async function supervise(child: ChildProcess, port: number, directory: string, end: NodeJS.Signals): Promise<Running> {
  let output = "";
  child.stderr!.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdout!.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "close").catch((error: unknown) => (output += String(error)));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`does not start:\n${output}`);
    return listens(port);
  });
  return {
    async stop() {
      child.kill(end);
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve((socket.destroy(), true)));
    socket.once("error", () => resolve(false));
  });
}
