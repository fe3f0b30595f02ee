import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import type { Packed } from "../../scripts/pack.ts";

/** Nothing of this may be in a package. */
const FORBIDDEN = [
  /(^|\/)tests?\//,
  /\.test\.[jt]s$/,
  /(^|\/)mocks?\//,
  /(^|\/)node_modules\//,
  /\.tsbuildinfo$/,
  /(^|\/)\.(env|npmrc)/,
  /\.(sqlite|db|key|pem|tgz)$/,
];

interface Manifest {
  name: string;
  license?: string;
  type?: string;
  exports?: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
}

/** Scripts that npm would run on the machine of whoever installs the package. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

function unpacked(tarball: string, path: string): string {
  return execFileSync("tar", ["-xzOf", tarball, `package/${path}`], { encoding: "utf8", maxBuffer: 1 << 26 });
}

function exportedFiles({ exports = {} }: Manifest): string[] {
  return Object.values(exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
}

/** What is wrong with the contents of a tarball; empty: nothing. */
export function contentProblems(folder: string, { filename, files, version }: Packed, licence: string): string[] {
  const tarball = join(folder, filename);
  const paths = files.map(({ path }) => path);
  const has = (path: string): boolean => paths.includes(path.replace(/^\.\//, ""));
  const manifest = JSON.parse(unpacked(tarball, "package.json")) as Manifest;
  const problems = paths
    .filter((path) => FORBIDDEN.some((pattern) => pattern.test(path)))
    .map((path) => `holds ${path}`);

  if (manifest.type !== "module") problems.push("is no ESM package");
  if (manifest.license !== "MIT" || !has("LICENSE") || unpacked(tarball, "LICENSE") !== licence) {
    problems.push("lacks the licence");
  }
  if (!has("README.md") || !unpacked(tarball, "README.md").includes(manifest.name)) problems.push("lacks a README");
  for (const script of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[script] !== undefined) problems.push(`runs ${script} on its users' machines`);
  }
  for (const file of [...exportedFiles(manifest), ...Object.values(manifest.bin ?? {})]) {
    if (!file.includes("*") && !has(file)) problems.push(`names ${file}, which it does not hold`);
  }
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    if (name.startsWith("@rmps/") && range !== version) problems.push(`wants ${name} ${range}, not ${version}`);
  }
  for (const path of paths.filter((file) => /^dist\/.*\.js$/.test(file))) {
    if (!has(path.replace(/\.js$/, ".d.ts"))) problems.push(`lacks the declarations of ${path}`);
    if (!has(`${path}.map`)) problems.push(`lacks the source map of ${path}`);
    else problems.push(...sourceMapProblems(tarball, path, has));
  }
  return problems;
}

/** A source map is of use only if its sources come along, in it or beside it. */
function sourceMapProblems(tarball: string, path: string, has: (path: string) => boolean): string[] {
  const map = JSON.parse(unpacked(tarball, `${path}.map`)) as { sources: string[]; sourcesContent?: string[] };
  if (map.sourcesContent !== undefined) return [];
  return map.sources
    .filter((source) => !has(join(path, "..", source)))
    .map((source) => `lacks ${source}, the source of ${path}`);
}

/** The licence that every package has to bring. */
export function licenceOf(root: string): string {
  return readFileSync(join(root, "LICENSE"), "utf8");
}
