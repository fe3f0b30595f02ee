import { readFileSync } from "node:fs";
import { expect } from "chai";
import * as browser from "../src/browser.ts";
import * as node from "../src/index.ts";

/** The modules that a file of the package imports, its own first; type-only imports vanish when it is compiled. */
function importsOf(path: string): string[] {
  const source = readFileSync(new URL(path, import.meta.url), "utf8");
  return [...source.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)"/gm)].map((match) => match[1]!);
}

function reachable(path: string, seen = new Set<string>()): Set<string> {
  for (const target of importsOf(path)) {
    const next = target.startsWith(".") ? new URL(target, new URL(path, "file:///a/b/c/")).pathname : target;
    const relative = next.startsWith("/") ? `../src/${next.replace(/^.*\/src\//, "")}` : next;
    if (seen.has(relative)) continue;
    seen.add(relative);
    if (relative.startsWith(".")) reachable(relative, seen);
  }
  return seen;
}

describe("the entry for browsers", () => {
  it("exports the same names as the one for Node", () => {
    expect(Object.keys(browser).sort()).to.deep.equal(Object.keys(node).sort());
  });

  it("reaches nothing but its own modules and the portable libraries", () => {
    const outside = [...reachable("../src/browser.ts")].filter((name) => !name.startsWith("."));
    expect(outside.sort()).to.deep.equal([
      "@noble/curves/secp256k1.js",
      "@noble/hashes/hmac.js",
      "@noble/hashes/sha2.js",
      "@noble/hashes/sha3.js",
    ]);
  });

  it("is what a bundler for browsers is given", () => {
    const { exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      exports: Record<string, Record<string, string>>;
    };
    expect(Object.keys(exports["."]!).indexOf("browser")).to.be.lessThan(Object.keys(exports["."]!).indexOf("default"));
    expect(exports["."]!.browser).to.equal("./dist/browser.js");
  });
});
