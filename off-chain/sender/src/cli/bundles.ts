import { ParseError } from "@rmps/proofs";
import type { Bundle } from "@rmps/wire";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Chain } from "../channel/chain.ts";
import { SenderError } from "../errors.ts";
import { parseBundles } from "./bundle.ts";

/** The bundles for one chain in files that are named, and in those `*.json` in folders that are. */
export class Bundles {
  readonly #chain: Chain;
  readonly #paths: readonly string[];
  /** What was read last, by file. */
  #known = new Map<string, readonly Bundle[]>();

  constructor(chain: Chain, paths: readonly string[]) {
    this.#chain = chain;
    this.#paths = paths.map((path) => resolve(path));
  }

  /**
   * Reads them as they are now: better proofs replace others.
   * @param failed is told what cannot be read: what was there before counts, and nothing else is held up. May throw.
   */
  async read(failed: (error: unknown) => void): Promise<readonly Bundle[]> {
    const now = new Map<string, readonly Bundle[]>();
    const keep = (error: unknown, isMeant: (file: string) => boolean) => {
      failed(error);
      for (const [file, bundles] of this.#known) if (isMeant(file)) now.set(file, bundles);
    };
    for (const path of this.#paths) {
      try {
        for (const file of await filesAt(path)) {
          await this.#readFile(file).then(
            (bundles) => now.set(file, bundles),
            (error: unknown) => keep(error, (known) => known === file),
          );
        }
      } catch (error) {
        keep(unreadable(path, error), (known) => known === path || dirname(known) === path);
      }
    }
    this.#known = now;
    return [...now.values()].flat();
  }

  async #readFile(file: string): Promise<readonly Bundle[]> {
    const bundles = await readFile(file, "utf8")
      .then(parseBundles)
      .catch((error: unknown) => {
        throw unreadable(file, error);
      });
    const foreign = bundles.find(({ chainId }) => chainId !== this.#chain.chainId);
    if (foreign === undefined) return bundles;
    const what = `${file}: a bundle is for chain ${foreign.chainId}, not ${this.#chain.chainId}`;
    throw new SenderError("configuration", what, "Name the RPC of that chain: --rpc.");
  }
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  return (await readdir(path)).filter((name) => name.endsWith(".json")).map((name) => join(path, name));
}

function unreadable(path: string, error: unknown): SenderError {
  if (error instanceof SenderError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof ParseError ? error.remedy : "Export the bundle again, or check the path.";
  return new SenderError("configuration", `${path}: ${message}`, remedy);
}

/** A folder holds the state or bundles. @throws SenderError `configuration` where the state is kept in one of `paths` */
export async function checkApart(paths: readonly string[], statePath: string): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => resolve(path)); // it may not be there yet
  const folder = await real(dirname(statePath));
  for (const path of paths) {
    if ((await real(path)) !== folder) continue;
    const remedy = "Name another folder for the state: RMPS_STATE.";
    throw new SenderError("configuration", `${path}: the state is kept there, and is no bundle`, remedy);
  }
}
