import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { Packed } from "../../scripts/pack.ts";
import { contentProblems } from "./contents.ts";

const LICENCE = "Do as you like.\n";

/** A package that is as it should be. */
const good = {
  LICENSE: LICENCE,
  "README.md": "# @rmps/example\n",
  "dist/index.js": "export const one = 1;\n",
  "dist/index.js.map": JSON.stringify({ version: 3, sources: ["../src/index.ts"], mappings: "" }),
  "dist/index.d.ts": "export declare const one = 1;\n",
  "src/index.ts": "export const one = 1;\n",
};
const manifest = {
  name: "@rmps/example",
  version: "1.0.0",
  license: "MIT",
  type: "module",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  dependencies: { "@rmps/proofs": "1.0.0" },
};

describe("the check of what is in a package", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rmps-contents-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The problems of the good package with some files changed, or left out where undefined. */
  function problems(files: Record<string, string | undefined> = {}, fields: object = {}): string[] {
    const all = { ...good, ...files, "package.json": JSON.stringify({ ...manifest, ...fields }) };
    const paths: string[] = [];
    for (const [path, content] of Object.entries(all)) {
      if (content === undefined) continue;
      const file = join(folder, "package", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      paths.push(path);
    }
    execFileSync("tar", ["-czf", "x.tgz", "package"], { cwd: folder });
    const packed: Packed = {
      name: manifest.name,
      version: "1.0.0",
      filename: "x.tgz",
      size: 0,
      unpackedSize: 0,
      files: paths.map((path) => ({ path, size: 0 })),
    };
    return contentProblems(folder, packed, LICENCE);
  }

  it("finds nothing wrong with a good one", () => {
    expect(problems()).to.deep.equal([]);
  });

  const wrong: [string, Record<string, string | undefined>, object, string][] = [
    ["a test", { "test/a.js": "" }, {}, "holds test/a.js"],
    ["a mock's bindings", { "dist/mocks/A.txt": "" }, {}, "holds dist/mocks/A.txt"],
    ["the compiler's notes", { "dist/.tsbuildinfo": "" }, {}, "holds dist/.tsbuildinfo"],
    ["a key", { "my.key": "" }, {}, "holds my.key"],
    ["another licence", { LICENSE: "Mine!" }, {}, "lacks the licence"],
    ["no README", { "README.md": undefined }, {}, "lacks a README"],
    [
      "a README with a link into the repository",
      { "README.md": "# @rmps/example: [manual](docs/manual.md), [site](https://example.org), [below](#below)\n" },
      {},
      "its README links to docs/manual.md, which is not on npm",
    ],
    ["an install script", {}, { scripts: { postinstall: "x" } }, "runs postinstall on its users' machines"],
    ["a script of the repository", {}, { scripts: { prepare: "x" } }, "runs prepare on its users' machines"],
    [
      "an export that is not there",
      {},
      { exports: { ".": "./dist/no.js" } },
      "names ./dist/no.js, which it does not hold",
    ],
    ["a command that is not there", {}, { bin: { x: "./bin/x.js" } }, "names ./bin/x.js, which it does not hold"],
    [
      "another version of ours",
      {},
      { dependencies: { "@rmps/proofs": "0.9.0" } },
      "wants @rmps/proofs 0.9.0, not 1.0.0",
    ],
    ["CommonJS", {}, { type: "commonjs" }, "is no ESM package"],
    [
      "no declarations",
      { "dist/more.js": "", "dist/more.js.map": '{"sources":[]}' },
      {},
      "lacks the declarations of dist/more.js",
    ],
    [
      "an import that is not declared",
      { "dist/index.d.ts": 'import type { A } from "@other/one/deep";\nimport { b } from "node:fs";\n' },
      {},
      "imports @other/one in dist/index.d.ts, which it does not declare",
    ],
    ["no source map", { "dist/index.js.map": undefined }, {}, "lacks the source map of dist/index.js"],
    [
      "a source map to nowhere",
      { "src/index.ts": undefined },
      {},
      "lacks ../src/index.ts, the source of dist/index.js",
    ],
  ];
  for (const [what, files, fields, problem] of wrong) {
    it(`finds ${what}`, () => {
      expect(problems(files, fields)).to.deep.equal([problem]);
    });
  }
});
