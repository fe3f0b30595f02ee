/** `npm run pack -- [--version X.Y.Z] [--out FOLDER]`: versions all packages alike, builds them and packs each. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;

/** Every workspace that is not private, each after those of ours that it depends on or is built with. */
function packageFolders(): string[] {
  const folders = [".", ...readdirSync(join(root, "off-chain")).map((name) => `off-chain/${name}`)];
  const left = new Map(folders.map((folder) => [folder, manifestOf(folder)]));
  for (const [folder, manifest] of left) if (manifest.private === true) left.delete(folder);
  const ordered: string[] = [];
  while (left.size > 0) {
    const waiting = new Set([...left.values()].map(({ name }) => name));
    const next = [...left].find(([, { dependencies, devDependencies }]) =>
      Object.keys({ ...dependencies, ...devDependencies }).every((name) => !waiting.has(name)),
    );
    if (next === undefined) throw new Error(`These packages depend on each other: ${[...waiting].join(", ")}.`);
    ordered.push(next[0]);
    left.delete(next[0]);
  }
  return ordered;
}

/** Folders of the packages that are published, in the order of publishing. */
export const PACKAGES: readonly string[] = packageFolders();

/** The name of the package in a folder. */
export function nameOf(folder: string): string {
  return manifestOf(folder).name;
}

/** A package that was packed. Sizes in bytes. */
export interface Packed {
  name: string;
  version: string;
  filename: string;
  size: number;
  unpackedSize: number;
  files: readonly { path: string; size: number }[];
}

function npm(args: readonly string[]): string {
  const cli = process.env.npm_execpath;
  const [command, first] = cli === undefined ? ["npm", []] : [process.execPath, [cli]];
  return execFileSync(command, [...first, ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
}

/** Gives every package this version, and has them depend on exactly each other's. The lock file follows. */
function setVersion(version: string): void {
  for (const folder of PACKAGES) {
    const path = join(root, folder, "package.json");
    const manifest = manifestOf(folder);
    manifest.version = version;
    for (const dependencies of [manifest.dependencies, manifest.devDependencies]) {
      for (const name of Object.keys(dependencies ?? {})) if (name.startsWith("@rmps/")) dependencies![name] = version;
    }
    writeFileSync(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  }
  npm(["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

/** Members of the root's manifest that mean nothing elsewhere. */
const OF_THE_REPOSITORY = new Set(["scripts", "workspaces", "devDependencies", "allowScripts"]);

/**
 * The root as a package, without what only the repository needs. Its README there is not the repository's, whose links
 * lead to files that no package holds, but `bindings/README.md`; npm takes a README from nowhere but a package's own
 * folder.
 */
function stageRoot(folder: string): void {
  for (const path of ["LICENSE", "contracts", "dist"]) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  // What builds the repository is no part of the package, and npm would warn whoever installs it of its scripts.
  const kept = Object.entries(manifestOf(".")).filter(([name]) => !OF_THE_REPOSITORY.has(name));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`);
  cpSync(join(root, "bindings", "README.md"), join(folder, "README.md"));
}

/** Packs what was built, into a folder that is emptied first. */
export function packAll(out: string): Packed[] {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const stage = mkdtempSync(join(tmpdir(), "rmps-stage-"));
  try {
    stageRoot(stage);
    const folders = PACKAGES.map((folder) => (folder === "." ? stage : `./${folder}`));
    const json = npm(["pack", "--json", "--ignore-scripts", "--pack-destination", out, ...folders]);
    const packed = JSON.parse(json) as Packed[] | Record<string, Packed>;
    return Array.isArray(packed) ? packed : Object.values(packed);
  } finally {
    rmSync(stage, { recursive: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { version: { type: "string" }, out: { type: "string" } } });
  if (values.version !== undefined) {
    if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(values.version)) throw new Error(`${values.version} is no version.`);
    setVersion(values.version);
  }
  // What was built of sources that are gone must not be published.
  for (const folder of PACKAGES) rmSync(join(root, folder, "dist"), { recursive: true, force: true });
  npm(["run", "build"]);
  const out = resolve(values.out ?? join(root, "tarballs"));
  for (const { filename, size, unpackedSize, files } of packAll(out)) {
    console.log(`${filename.padEnd(32)} ${size} bytes packed, ${unpackedSize} unpacked, ${files.length} files`);
  }
  console.log(`Publish with npm publish ${values.out ?? "tarballs"}/<file>, in the order above.`);
}
