/**
 * `npm run test:container`: builds the image of docs/operations/Containerfile, on a base made here of Debian's packages
 * and this Node, and runs it as that file says; then the systemd unit, under systemd in a machine made of that image.
 * Both have to start, sell, be well, stop cleanly and keep their books. As root, with Debian's podman, runc, catatonit
 * and debootstrap; `--image NAME` runs one that is built. The last line states the figure.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { makeBase } from "./container/base.ts";
import { need, podman, quietly, runArguments } from "./container/podman.ts";
import { check, checks, configure } from "./container/shop.ts";
import { runUnit } from "./container/unit.ts";
import { startLocalChain, type LocalChain } from "./lib/local-chain.ts";

const { values } = parseArgs({ options: { image: { type: "string" } } });

const ROOT = join(import.meta.dirname, "..");
const OPERATIONS = join(ROOT, "docs/operations");

/** The image's user, to whom keys and configuration have to belong. */
const USER = 1000;

async function build(folder: string): Promise<string> {
  const [base, image] = [`localhost/rmps-base-${process.pid}`, `localhost/rmps-receiver-${process.pid}`];
  console.log("The base: Debian and this Node");
  await makeBase(join(folder, "base"), base);
  console.log("The image");
  const options = ["--format", "docker", "--isolation", "chroot", "--network", "host"];
  const file = ["-f", join(OPERATIONS, "Containerfile"), "--build-arg", `NODE=${base}`];
  await podman("build", ...options, "--layers=false", ...file, "-t", image, ROOT);
  await quietly("rmi", base);
  return image;
}

async function run(image: string, folder: string, chain: LocalChain): Promise<void> {
  const [name, volume] = [`rmps-${process.pid}`, `rmps-store-${process.pid}`];
  const shop = await configure(join(folder, "config"), USER, "c0", chain);
  const volumes = ["-v", `${join(folder, "config")}:/etc/rmps-receiver:ro`, "-v", `${volume}:/var/lib/rmps-receiver`];
  const start = ["--detach", "--name", name, "--read-only", "--init", ...volumes];
  try {
    await podman("run", ...runArguments(), ...start, image);
    check(await shop.ready(), "it is ready, its file system read-only, its user without rights");
    check((await shop.look()) === 402, "it asks for money");
    check((await shop.buy(1)) === 200, "it sells");
    check((await quietly("healthcheck", "run", name)) === 0, "its health check says that it is well");
    await podman("stop", "--time", "30", name);
    check(
      (await podman("inspect", "--format", "{{.State.ExitCode}}", name)) === "0",
      "it stops on SIGTERM, with code 0",
    );
    await podman("start", name);
    check((await shop.ready()) && (await shop.buy(1)) === 402, "it has not forgotten what was spent");
    check((await shop.buy(2)) === 200, "it goes on");
    await podman("kill", "--signal", "KILL", name);
    await podman("start", name);
    check(await shop.ready(), "it starts again after it was killed");
    check((await shop.buy(2)) === 402 && (await shop.buy(3)) === 200, "with its books");
  } catch (error) {
    console.error(await podman("logs", name).catch(String));
    throw error;
  } finally {
    await quietly("rm", "--force", "--volumes", name);
    await quietly("volume", "rm", volume);
  }
}

need("podman", "runc", "catatonit", "debootstrap");
const folder = mkdtempSync(join(tmpdir(), "rmps-container-"));
const chain = await startLocalChain(0);
try {
  const image = values.image ?? (await build(folder));
  try {
    console.log("The container");
    await run(image, folder, chain);
    console.log("The systemd unit");
    await runUnit(image, join(OPERATIONS, "rmps-receiver.service"), folder, chain);
  } finally {
    if (values.image === undefined) await quietly("rmi", image);
  }
} finally {
  await chain.close();
  rmSync(folder, { recursive: true });
}
console.log(`container and unit: ${checks()} checks passed`);
process.exit(0);
