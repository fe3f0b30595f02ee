/**
 * Bundles the page into `site/`: a template with its style inside, one script, the sandbox's first document, and
 * `site.json`, which says what they are called and hashed. Called by `npm run build`; nothing of it is committed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const source = join(import.meta.dirname, "src");
const site = join(import.meta.dirname, "site");

/** What the script may need of a browser: `BigInt`, private members, Web Locks. */
const TARGETS = ["chrome100", "firefox100", "safari16"];

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("base64");
const read = (name: string) => readFileSync(join(source, name), "utf8");

async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(source, name)],
    bundle: true,
    minify: true,
    write: false,
    target: TARGETS,
    format: "iife",
    platform: "browser",
    legalComments: "inline",
  });
  return outputFiles[0]!.text.trimEnd();
}

const written = new Set<string>();

/** Puts a whole file in its place at once: a receiver that starts meanwhile finds the old one or the new one. */
function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(drafts, name), content);
  renameSync(join(drafts, name), join(site, name));
  written.add(name);
}

/** Writes a file whose name changes with its content, and a compressed one beside it. */
function publish(name: string, content: string): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const file = name.replace(".", `-${hash}.`);
  write(file, content);
  write(`${file}.gz`, gzipSync(content, { level: 9 }));
  return file;
}

const style = await bundled("style.css");
const script = await bundled("main.ts");
mkdirSync(site, { recursive: true });
const drafts = mkdtempSync(join(import.meta.dirname, "site-"));
write(
  "page.html",
  read("page.html").replace(/<style>[^]*<\/style>/, () => `<style>${style}</style>`),
);
const made = {
  script: publish("app.js", script),
  frame: publish("frame.html", read("frame.html")),
  scriptHash: `sha256-${sha256(script)}`,
  styleHash: `sha256-${sha256(style)}`,
};
write("site.json", `${JSON.stringify(made, undefined, 2)}\n`);
for (const name of readdirSync(site)) if (!written.has(name)) rmSync(join(site, name), { force: true });
rmSync(drafts, { recursive: true });
