// A copy of what Hardhat needs, for commands that change sources or settings: the working tree is not touched.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..");

const COPIED = [
  "contracts",
  "deploy",
  "test",
  "scripts/lib",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.base.json",
];

/** A fresh copy of the contracts and their tests, which is removed when the process ends. */
export function makeScratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `rmps-${name}-`));
  for (const part of COPIED) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  return folder;
}

/** Makes Hardhat compile and fail fast in such a copy: without the optimizer, and without shrinking what failed. */
export function hurry(folder: string): void {
  const path = join(folder, "hardhat.config.ts");
  const config = readFileSync(path, "utf8");
  const fast = config
    .replace("optimizer: { enabled: true", "optimizer: { enabled: false")
    .replace("invariant: {", "invariant: { shrinkRunLimit: 0,");
  if (fast.length === config.length) throw new Error("hardhat.config.ts is not what it was");
  writeFileSync(path, fast);
}
