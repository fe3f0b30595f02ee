// A copy of what Hardhat needs, for commands that change sources or settings: the working tree is not touched.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..");

const COPIED = ["contracts", "deploy", "test", "hardhat.config.ts", "package.json", "tsconfig.base.json"];

/** A fresh copy of the contracts and their tests, which is removed when the process ends. */
export function makeScratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `rmps-${name}-`));
  for (const part of COPIED) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  return folder;
}
