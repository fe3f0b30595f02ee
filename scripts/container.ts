/**
 * `npm run test:container`: builds the image of docs/operations/Containerfile, on a base made here of Debian's packages
 * and this Node, and runs it as that file says: it starts, sells, is healthy, stops cleanly and keeps its books. As root,
 * with Debian's podman, runc, catatonit and debootstrap; `--image NAME` runs one that is built. The last line states the
 * figure.
 */
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { parseEther, parseUnits } from "ethers";

import { makeBase } from "./container/base.ts";
import { need, podman, quietly, runArguments } from "./container/podman.ts";
import { startLocalChain, type LocalChain } from "./lib/local-chain.ts";
import { openChannel, paymentHeaders } from "./lib/paying.ts";

const { values } = parseArgs({ options: { image: { type: "string" } } });

const ROOT = join(import.meta.dirname, "..");

/** The image's user, to whom keys and configuration have to belong. */
const USER = 1000;

const PRICE = parseEther("0.01");

/** Milliseconds for the receiver to be ready, and between two looks. */
const PATIENCE = 60_000;
const PAUSE = 250;

let checks = 0;
function check(good: boolean, what: string): void {
  if (!good) throw new Error(`Not so: ${what}.`);
  checks++;
  console.log(`  ${what}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function build(folder: string): Promise<string> {
  const [base, image] = [`localhost/rmps-base-${process.pid}`, `localhost/rmps-receiver-${process.pid}`];
  console.log("The base: Debian and this Node");
  await makeBase(join(folder, "base"), base);
  console.log("The image");
  const options = ["--format", "docker", "--isolation", "chroot", "--network", "host"];
  const file = ["-f", join(ROOT, "docs/operations/Containerfile"), "--build-arg", `NODE=${base}`];
  await podman("build", ...options, ...file, "-t", image, ROOT);
  await quietly("rmi", base);
  return image;
}

/** Configuration and keys, as an operator lays them down. */
function configure(folder: string, chain: LocalChain): void {
  mkdirSync(folder);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    chownSync(join(folder, name), USER, USER);
  };
  const config = {
    rpc: [chain.url],
    chainId: 31337,
    contract: chain.manager,
    token: chain.token,
    keys: { agreement: "key", gas: "key" },
    store: "/var/lib/rmps-receiver/receiver.sqlite",
    routes: { "/licence": { price: String(PRICE), file: "/opt/rmps/off-chain/receiver/LICENSE" } },
  };
  write("receiver.json", JSON.stringify(config));
  write("key", chain.account(1).privateKey); // Hardhat's well-known account #1
  chownSync(folder, USER, USER);
}

async function ready(url: string): Promise<boolean> {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return false;
}

async function run(image: string, folder: string, chain: LocalChain): Promise<void> {
  const [name, volume, port] = [`rmps-${process.pid}`, `rmps-store-${process.pid}`, await freePort()];
  const url = `http://127.0.0.1:${port}`;
  configure(join(folder, "config"), chain);
  const volumes = ["-v", `${join(folder, "config")}:/etc/rmps-receiver:ro`, "-v", `${volume}:/var/lib/rmps-receiver`];
  const start = ["--detach", "--name", name, "--read-only", "--init", "--env", `PORT=${port}`, ...volumes];
  const channel = await openChannel(chain, 2, `0x${"c0".repeat(32)}`, parseUnits("1", 18));
  const buy = (balance: bigint) => fetch(`${url}/licence`, { headers: paymentHeaders(channel, balance) });
  try {
    await podman("run", ...runArguments(), ...start, image);
    check(await ready(url), "it is ready, its file system read-only, its user without rights");
    check((await fetch(`${url}/licence`)).status === 402, "it asks for money");
    check((await (await buy(PRICE)).text()).includes("MIT"), "it sells");
    check((await quietly("healthcheck", "run", name)) === 0, "its health check says that it is well");
    await podman("stop", "--time", "30", name);
    check(
      (await podman("inspect", "--format", "{{.State.ExitCode}}", name)) === "0",
      "it stops on SIGTERM, with code 0",
    );
    await podman("start", name);
    check(await ready(url), "it starts again on its volume");
    check((await buy(PRICE)).status === 402, "what was spent is spent");
    check((await buy(2n * PRICE)).status === 200, "and more is served");
    await podman("kill", "--signal", "KILL", name);
    await podman("start", name);
    check(await ready(url), "it starts again after it was killed");
    check((await buy(2n * PRICE)).status === 402, "and has not forgotten");
  } catch (error) {
    console.error(await podman("logs", name).catch(String));
    throw error;
  } finally {
    await quietly("rm", "--force", name);
    await quietly("volume", "rm", volume);
  }
}

need("podman", "runc", "catatonit", "debootstrap");
const folder = mkdtempSync(join(tmpdir(), "rmps-container-"));
const chain = await startLocalChain(0);
try {
  const image = values.image ?? (await build(folder));
  await run(image, folder, chain);
  if (values.image === undefined) await quietly("rmi", image);
} finally {
  await chain.close();
  rmSync(folder, { recursive: true });
}
console.log(`container: ${checks} checks passed`);
process.exit(0);
