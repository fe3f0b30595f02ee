/**
 * `npm run pack:check`: packs every package, looks at what is inside, installs the tarballs in an empty project outside
 * of this repository, and opens a channel and pays from there: TypeScript with both resolutions, plain JavaScript, and
 * a bundle for browsers. The last line says how many packages passed.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployAll, fundAccounts } from "@rmps/contracts/deploy";
import { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { PACKAGES, nameOf, packAll, type Packed } from "../../scripts/pack.ts";
import { contentProblems, licenceOf } from "./contents.ts";

const root = join(import.meta.dirname, "..", "..");

/** What the empty project needs besides our packages: the compilers that integrators use, and frameworks they have. */
const TOOLS = {
  typescript: "6.0.3",
  vite: "8.3.8",
  "@types/node": "24.19.2",
  ethers: "6.17.0",
  solc: "0.8.37",
  "@types/express": "4.17.21",
  hono: "4.6.0",
};

interface Step {
  name: string;
  /** Packages whose fault a failure may be. */
  packages: readonly string[];
  command: readonly string[];
  expected?: string;
}

const PAID = "paid 250 of 1000";
const core = ["@rmps/contracts", "@rmps/proofs"];
const browser = [...core, "@rmps/wire", "@rmps/sender"];
const all = PACKAGES.map(nameOf);
const tsc = "node_modules/typescript/bin/tsc";

const steps = (rpcUrl: string): Step[] => [
  { name: "TypeScript, nodenext", packages: all, command: [tsc, "-p", "nodenext"] },
  { name: "  runs", packages: all, command: ["out/nodenext/main.js", rpcUrl], expected: PAID },
  { name: "TypeScript, bundler", packages: all, command: [tsc, "-p", "bundler"] },
  { name: "JavaScript", packages: core, command: ["javascript/main.js", rpcUrl], expected: PAID },
  { name: "Vite bundle", packages: browser, command: ["node_modules/vite/bin/vite.js", "build", "browser"] },
  { name: "  runs", packages: browser, command: ["browser/run.js", rpcUrl], expected: PAID },
  { name: "Solidity", packages: ["@rmps/contracts"], command: ["solidity/compile.js"], expected: "compiled" },
  { name: "rmps --help", packages: ["@rmps/sender"], command: ["node_modules/@rmps/sender/bin/rmps.js", "--help"] },
  {
    name: "rmps-receiver --help",
    packages: ["@rmps/receiver"],
    command: ["node_modules/@rmps/receiver/bin/rmps-receiver.js", "--help"],
  },
];

function run(project: string, { command, expected }: Step): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: project, timeout: 240_000 }, (error, stdout, stderr) => {
      if (error !== null) resolve(`${stdout}${stderr}`.trim());
      else if (expected !== undefined && stdout.trim() !== expected) resolve(`printed ${stdout.trim()}`);
      else resolve(undefined);
    });
  });
}

/** The packages that a failure names, or else all that it may be the fault of. */
function blamed(problem: string, packages: readonly string[]): readonly string[] {
  const named = packages.filter((name) => problem.includes(`node_modules/${name}/`));
  return named.length > 0 ? named : packages;
}

function install(project: string, tarballs: string, packed: readonly Packed[]): void {
  const ours = packed.map(({ name, filename }) => [name, `file:${join(tarballs, filename)}`]);
  const dependencies = { ...TOOLS, ...(Object.fromEntries(ours) as Record<string, string>) };
  // What our packages want of each other are these very files: the registry does not have them yet.
  const overrides = Object.fromEntries(packed.map(({ name }) => [name, `$${name}`]));
  const manifest = { name: "empty-project", private: true, type: "module", dependencies, overrides };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=5", "--loglevel=error"];
  execFileSync("npm", args, { cwd: project, stdio: ["ignore", "inherit", "inherit"] });
}

async function startChain(): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = await hre.network.createServer("default", "127.0.0.1", 0);
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 50 });
  const deployer = await provider.getSigner(0);
  const { token } = await deployAll(deployer);
  const receiver = (await (await provider.getSigner(1)).getAddress()).toLowerCase() as `0x${string}`;
  await fundAccounts(deployer, { token, accounts: [receiver], tokens: 1n });
  provider.destroy();
  return { url, stop: () => server.close() };
}

const failed = new Set<string>();
const fail = (names: readonly string[], what: string): void => {
  for (const name of names) failed.add(name);
  console.log(`✘ ${what}`);
};

const home = mkdtempSync(join(tmpdir(), "rmps-pack-"));
const chain = await startChain();
let packed: Packed[] = [];
try {
  const tarballs = join(home, "tarballs");
  packed = packAll(tarballs);
  for (const one of packed) {
    const problems = contentProblems(tarballs, one, licenceOf(root));
    if (problems.length > 0) fail([one.name], `${one.name} ${problems.join("; ")}`);
    const { filename, size, unpackedSize, files } = one;
    console.log(`${filename.padEnd(28)} ${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`);
  }
  const project = join(home, "project");
  cpSync(join(import.meta.dirname, "project"), project, { recursive: true });
  install(project, tarballs, packed);
  for (const step of steps(chain.url)) {
    const problem = await run(project, step);
    if (problem === undefined) console.log(`✔ ${step.name}`);
    else fail(blamed(problem, step.packages), `${step.name}: ${problem}`);
  }
} catch (error) {
  fail(all, String(error));
} finally {
  await chain.stop();
  rmSync(home, { recursive: true, force: true });
}
console.log(`${packed.length - packed.filter(({ name }) => failed.has(name)).length} of ${all.length} packages passed`);
process.exit(failed.size === 0 ? 0 : 1);
