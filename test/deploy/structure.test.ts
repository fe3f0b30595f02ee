import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

const root = join(import.meta.dirname, "..", "..");

const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Our modules that are in packages, as paths from the root. */
const modules = globSync(["off-chain/{proofs,wire,sender,receiver,web}/src/**/*.ts", "{bindings,deploy}/**/*.ts"], {
  cwd: root,
});

/** What a module imports of other modules, types included: their paths from the root, or the names of packages. */
function importsOf(path: string): string[] {
  const names = [...read(path).matchAll(/^(?:import|export|\}) ?.*?from "([^"]+)";$|\bimport\("([^"]+)"\)/gm)];
  return names
    .map(([, first, second]) => first ?? second!)
    .map((name) => (name.startsWith(".") ? relative(root, join(root, path, "..", name)) : name));
}

const imports = new Map(modules.map((path) => [path, importsOf(path)]));

/** A way from a module back to itself; undefined where there is none. */
function circleFrom(start: string): string[] | undefined {
  const seen = new Set<string>();
  const search = (path: string, way: readonly string[]): string[] | undefined => {
    for (const next of imports.get(path) ?? []) {
      if (next === start) return [...way, path, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = search(next, [...way, path]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(start, []);
}

/** What each package may import of ours: arrows run one way, and sender and receiver know nothing of each other. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  proofs: [],
  wire: ["proofs"],
  sender: ["contracts", "proofs", "wire"],
  receiver: ["contracts", "proofs", "wire"],
  web: ["contracts", "proofs", "sender"],
};

describe("the structure", () => {
  it("has modules of less than 200 lines", () => {
    expect(modules).to.have.length.greaterThan(300);
    expect(modules.filter((path) => read(path).split("\n").length > 200)).to.deep.equal([]);
  });

  it("has no circle of imports", () => {
    expect(
      modules
        .map(circleFrom)
        .find((circle) => circle !== undefined)
        ?.join(" → "),
    ).to.equal(undefined);
  });

  it("has no escapes from the compiler and the linter", () => {
    const sources = globSync("{off-chain/*/{src,test},bindings,deploy,scripts,test}/**/*.{ts,js,mjs}", { cwd: root });
    expect(sources).to.include(relative(root, import.meta.filename));
    expect(
      sources.filter((path) => /eslint-[d]isable|@ts-(?:ignore|expect-error|nocheck)/.test(read(path))),
    ).to.deep.equal([]);
  });

  it("has arrows that run one way from package to package", () => {
    for (const [path, names] of imports) {
      const [, package_ = ""] = /^off-chain\/(\w+)\//.exec(path) ?? [];
      const others = names.flatMap((name) => /^@rmps\/(\w+)/.exec(name)?.[1] ?? []);
      const strange = others.filter((other) => BELOW[package_]?.includes(other) === false);
      expect(strange, path).to.deep.equal([]);
    }
  });
});

describe("the specification", () => {
  const rows = [...read("docs/SPEC.md").matchAll(/^\| ([IH]\d+) +\| .* \| +(.*?) +\|$/gm)];
  const tests = globSync(["test/**/*.{ts,sol}", "off-chain/*/test/**/*.ts"], { cwd: root });

  it("has each number named in every test that it names", () => {
    expect(rows).to.have.length(22);
    for (const [, number = "", by = ""] of rows) {
      for (const [, name = ""] of by.matchAll(/`([^`]+)`/g)) {
        // A file, or a function: `Contract.function`, `function`.
        const isIt = /\.(ts|sol)$/.test(name)
          ? (path: string) => basename(path) === name
          : (path: string) => new RegExp(`\\b${name.split(".").at(-1)}\\([^)]*\\).*\\{`).test(read(path));
        const named = tests.filter(isIt).some((path) => new RegExp(`\\b${number}\\b`).test(read(path)));
        expect(named, `${number} in ${name}`).to.equal(true);
      }
    }
  });
});
