import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { orderedBindings } from "../../scripts/lib/ordered-bindings.ts";

const committed = join(import.meta.dirname, "..", "..", "typechain-types");

function filesOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]));
}

describe("the generated bindings", () => {
  it("are the committed ones, in whichever order the file system lists the artifacts", async () => {
    const outDir = mkdtempSync(join(tmpdir(), "rmps-bindings-"));
    try {
      const config = { ...hre.config, typechain: { ...hre.config.typechain, outDir } };
      const elsewhere = new Proxy(hre, {
        get: (target, name): unknown => (name === "config" ? config : Reflect.get(target, name)),
      });
      const hooks = await (await orderedBindings.hookHandlers!.solidity!()).default();
      const all = [...(await hre.artifacts.getAllArtifactPaths())];
      const paths = all.filter((path) => path.startsWith(join(hre.config.paths.artifacts, "contracts")));
      await hooks.processArtifactsAfterSuccessfulBuild!(elsewhere, paths.sort().reverse(), [], {} as never);
      const [generated, expected] = [filesOf(outDir), filesOf(committed)];
      expect(Object.keys(generated)).to.deep.equal(Object.keys(expected));
      expect(Object.keys(generated).filter((path) => generated[path] !== expected[path])).to.deep.equal([]);
    } finally {
      rmSync(outDir, { recursive: true });
    }
  });
});
