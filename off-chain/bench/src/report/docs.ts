import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Finding } from "../finding.ts";
import { markdown } from "./table.ts";
import { lineOf } from "./targets.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "..", "docs");
const FILE = join(FOLDER, "performance.md");

/** Puts what was measured between the marks of docs/performance.md, and the plots beside it. */
export async function writeDocs(findings: readonly (readonly [part: string, Finding])[], machine: string) {
  let text = readFileSync(FILE, "utf8");
  mkdirSync(join(FOLDER, "performance"), { recursive: true });
  for (const [part, { tables, plots = {} }] of findings) {
    const body = tables.map((table) => `**${table.title}**\n\n${markdown(table)}`).join("\n\n");
    text = replaced(text, part, `${body}\n\n_${machine}_`);
    for (const [file, svg] of Object.entries(plots)) writeFileSync(join(FOLDER, "performance", file), svg);
  }
  // Targets of parts that were not run keep their lines.
  for (const [part, { targets }] of findings) {
    if (targets.length > 0) text = replaced(text, `targets:${part}`, targets.map((t) => `- ${lineOf(t)}`).join("\n"));
  }
  const config = await resolveConfig(FILE);
  writeFileSync(FILE, await format(text, { ...config, filepath: FILE }));
}

function replaced(text: string, mark: string, body: string): string {
  const [begin, end] = [`<!-- bench:${mark} -->`, `<!-- /bench:${mark} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for ${mark}`);
  return `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`;
}
