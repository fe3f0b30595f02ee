import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
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
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Scripts that npm would run on the machine of whoever installs the package, or warn of there. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];

/** Unpacks a tarball, and gives a reader of its files. */
function unpack(folder: string, filename: string): (path: string) => string {
  const content = join(folder, `${filename}-content`);
  mkdirSync(content, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", content]);
  return (path) => readFileSync(join(content, "package", path), "utf8");
}

function exportedFiles({ exports = {} }: Manifest): string[] {
  return Object.values(exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
}

/** What is wrong with the contents of a tarball; empty: nothing. */
export function contentProblems(folder: string, { filename, files, version }: Packed, licence: string): string[] {
  const read = unpack(folder, filename);
  const paths = files.map(({ path }) => path);
  const has = (path: string): boolean => paths.includes(path.replace(/^\.\//, ""));
  const manifest = JSON.parse(read("package.json")) as Manifest;
  const problems = paths
    .filter((path) => FORBIDDEN.some((pattern) => pattern.test(path)))
    .map((path) => `holds ${path}`);

  if (manifest.type !== "module") problems.push("is no ESM package");
  if (manifest.license !== "MIT" || !has("LICENSE") || read("LICENSE") !== licence) {
    problems.push("lacks the licence");
  }
  if (!has("README.md") || !read("README.md").includes(manifest.name)) problems.push("lacks a README");
  else problems.push(...deadLinks(read("README.md")).map((link) => `its README links to ${link}, which is not on npm`));
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
    else problems.push(...sourceMapProblems(read, path, has));
  }
  const declared = namesOf(manifest);
  for (const path of paths.filter((file) => /^(dist|bin)\/.*\.[jt]s$/.test(file))) {
    for (const name of importsOf(read(path))) {
      const isThere = name === manifest.name || isBuiltin(name) || declared.has(name) || declared.has(`@types/${name}`);
      if (!isThere) problems.push(`imports ${name} in ${path}, which it does not declare`);
    }
  }
  return problems;
}

/** Links of a README that lead nowhere on the registry's page: all that are relative. */
function deadLinks(readme: string): string[] {
  return [...readme.matchAll(/\]\((?!https?:|mailto:|#)([^)\s]+)/g)].map(([, link = ""]) => link);
}

/** What a package may import: pnpm, and Yarn's Plug'n'Play, give it nothing else. */
function namesOf({ dependencies, optionalDependencies, peerDependencies }: Manifest): Set<string> {
  return new Set(Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }));
}

/** The packages that a module or a declaration imports. */
function importsOf(source: string): Set<string> {
  const pattern =
    /(?:^|[\s;}])(?:from|import|require\(|import\()\s*["'](@[\w.-]+\/[\w.-]+|[a-z][\w.:-]*)[^"'\n]*["']/gm;
  return new Set([...source.matchAll(pattern)].map(([, name = ""]) => name));
}

/** A source map is of use only if its sources come along, in it or beside it. */
function sourceMapProblems(read: (path: string) => string, path: string, has: (path: string) => boolean): string[] {
  const map = JSON.parse(read(`${path}.map`)) as { sources: string[]; sourcesContent?: string[] };
  if (map.sourcesContent !== undefined) return [];
  return map.sources
    .filter((source) => !has(join(path, "..", source)))
    .map((source) => `lacks ${source}, the source of ${path}`);
}

/** The licence that every package has to bring. */
export function licenceOf(root: string): string {
  return readFileSync(join(root, "LICENSE"), "utf8");
}
