import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where the page's files are served, on the receiver's own paths. */
export const SITE_PATH = "/_rmps/web/";

/** A file whose name names its content. */
export interface SiteFile {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
  /** The same, compressed. */
  readonly gzip: Buffer;
}

/** The page for people, as `@rmps/web` ships it: files, of which nothing runs here. */
export interface Site {
  /** HTML with `{{…}}` where the offer goes. */
  readonly template: string;
  readonly script: SiteFile;
  /** The document that the sandbox for paid HTML begins with. */
  readonly frame: SiteFile;
  /** Sources for the content security policy, such as `sha256-…`. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

/** @returns undefined where `@rmps/web` is not installed or was not built. */
export function loadSite(): Site | undefined {
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve("@rmps/web/package.json")), "site");
    const read = (name: string) => readFileSync(join(folder, name));
    const { script, frame, ...hashes } = JSON.parse(read("site.json").toString()) as Record<
      "script" | "frame" | "scriptHash" | "styleHash",
      string
    >;
    const file = (name: string, type: string) => ({ name, type, body: read(name), gzip: read(`${name}.gz`) });
    return {
      template: read("page.html").toString(),
      script: file(script, "text/javascript; charset=utf-8"),
      frame: file(frame, "text/html; charset=utf-8"),
      ...hashes,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND" || code === "ENOENT") return undefined;
    throw error;
  }
}
