import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { survivesRestoring } from "../../off-chain/receiver/test/attacks/restored-backup.behaviour.ts";
import { freePort } from "../../off-chain/receiver/test/support/free-port.ts";

/** Where Debian keeps the programs of each version. */
const VERSIONS = "/usr/lib/postgresql";

/** Debian's user of the server, which does not run as root. */
const USER = "postgres";

/** Programs of the newest PostgreSQL that is installed. @throws with how to mend it. */
function programs(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(VERSIONS, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
  if (found === undefined) throw new Error("PostgreSQL is not installed. On Debian: apt-get install postgresql");
  return found;
}

describe("A store in Debian's PostgreSQL, restored from an old copy", () => {
  const bin = programs();
  const directory = mkdtempSync(join(tmpdir(), "rmps-dump-"));
  const data = join(directory, "data");
  const dump = join(directory, "rmps.dump");
  let port: number;
  const at = (database: string) => `postgres://rmps@127.0.0.1:${port}/${database}`;

  /** Runs one of the programs, as the server's user where we are root. */
  function run(program: string, ...words: string[]): void {
    const line = [join(bin, program), ...words];
    const [name, ...rest] = process.getuid?.() === 0 ? ["runuser", "-u", USER, "--", ...line] : line;
    const { status, stderr } = spawnSync(name!, rest, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${String(stderr)}`);
  }

  before(async () => {
    if (process.getuid?.() === 0) {
      const { stdout } = spawnSync("id", ["-u", USER]);
      chownSync(directory, Number(String(stdout)), statSync(directory).gid);
    }
    run("initdb", "--pgdata", data, "--username", "rmps", "--auth", "trust", "--encoding", "UTF8");
    port = await freePort();
    const log = join(directory, "log");
    run("pg_ctl", "start", "--wait", "--pgdata", data, "--log", log, "--options", `-p ${port} -k ${directory}`);
    run("createdb", "--host", "127.0.0.1", "--port", String(port), "--username", "rmps", "rmps");
  });
  after(() => {
    run("pg_ctl", "stop", "--wait", "--pgdata", data, "--mode", "fast");
    rmSync(directory, { recursive: true });
  });

  survivesRestoring({
    name: "made by pg_dump while the receiver runs",
    running: true,
    place: () => at("rmps"),
    make: () => Promise.resolve(run("pg_dump", "--format", "custom", "--file", dump, at("rmps"))),
    restore() {
      // A lost database: what is restored is all there is.
      run("dropdb", "--host", "127.0.0.1", "--port", String(port), "--username", "rmps", "rmps");
      run("createdb", "--host", "127.0.0.1", "--port", String(port), "--username", "rmps", "rmps");
      run("pg_restore", "--exit-on-error", "--dbname", at("rmps"), dump);
      return Promise.resolve();
    },
  });
});
