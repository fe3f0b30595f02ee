import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { PACKAGES } from "../../scripts/pack.ts";

const root = join(import.meta.dirname, "..", "..");

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
const manifests = PACKAGES.map((folder) => JSON.parse(read(folder, "package.json")) as Manifest);

function outsideOf({ dependencies, optionalDependencies, peerDependencies }: Manifest): [string, string][] {
  const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  return Object.entries(all).filter(([name]) => !name.startsWith("@rmps/"));
}

describe("the house", () => {
  it("explains every dependency of every package, and no other", () => {
    const rows = [...read("docs", "dependencies.md").matchAll(/^\| `(@rmps\/\w+)` *\| (.*?) *\|/gm)];
    const explained = rows.flatMap(([, name, what = ""]) =>
      [...what.matchAll(/`([^`]+)`/g)].map(([, dependency]) => `${name} ${dependency}`),
    );
    const real = manifests.flatMap((manifest) => outsideOf(manifest).map(([name]) => `${manifest.name} ${name}`));
    expect(explained.sort()).to.deep.equal(real.sort());
  });

  it("pins all of them exactly, but those whose types cross an interface", () => {
    const shared = new Set(["ethers", "fastify", "hono", "@types/express"]);
    for (const [name, range] of manifests.flatMap(outsideOf)) {
      expect(range, name).to.match(shared.has(name) ? /^(\^\d+\.\d+\.\d+( \|\| )?)+$/ : /^\d+\.\d+\.\d+$/);
    }
  });

  it("gives all packages one version, and one licence", () => {
    for (const { version } of manifests) expect(version).to.equal(manifests[0]?.version);
    for (const folder of PACKAGES) expect(read(folder, "LICENSE")).to.equal(read("LICENSE"));
  });

  it("signs and verifies without elliptic, which secp256k1 brings along", () => {
    const program = `
      import { createRequire } from "node:module";
      import { addressOf, signBalanceProof, verifyBalanceProof } from "@rmps/proofs";
      const key = "0x" + "11".repeat(32);
      const proof = { chainId: 1n, contract: "0x" + "22".repeat(20), channelId: "0x" + "33".repeat(32), balance: 1n };
      if (!verifyBalanceProof(proof, signBalanceProof(proof, key), addressOf(key))) throw new Error("not verified");
      console.log(Object.keys(createRequire(import.meta.url).cache).join("\\n"));
    `;
    const loaded = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: root,
      encoding: "utf8",
    });
    expect(loaded)
      .to.match(/node_modules.secp256k1.bindings/)
      .and.not.match(/elliptic/);
  });

  it("locks anvil for every platform, so that npm ci works on each", () => {
    const lock = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const platforms = lock.packages["node_modules/@foundry-rs/anvil"]?.optionalDependencies ?? {};
    expect(Object.keys(platforms)).to.have.length(5);
    for (const name of Object.keys(platforms)) expect(lock.packages).to.have.property(`node_modules/${name}`);
  });
});
