import { readFileSync } from "node:fs";
import { readBundle, type Bundle } from "@rmps/wire";
import type { Chain } from "./chain.ts";
import { OperatorError } from "./command.ts";

/**
 * One bundle in the form of the receiver's API.
 * @throws OperatorError where it defends nothing, or is of another chain or contract.
 */
export function parseBundle(source: unknown, { chainId, contract }: Pick<Chain, "chainId" | "contract">): Bundle {
  try {
    const bundle = readBundle(source);
    if (bundle.chainId === chainId && bundle.contract === contract) return bundle;
    throw new OperatorError(`it is of another chain or contract than ${chainId}, ${contract}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`Bundle of ${nameOf(source)}: ${why}.`);
  }
}

function nameOf(source: unknown): string {
  const id = (source as { channel_id?: unknown } | null | undefined)?.channel_id;
  return typeof id === "string" ? id : "an unnamed channel";
}

/** The bundles of a file: one, or a list. */
export function readBundles(path: string, chain: Pick<Chain, "chainId" | "contract">): Bundle[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new OperatorError(`${path} cannot be read as JSON.`);
  }
  const list: unknown[] = Array.isArray(content) ? content : [content];
  return list.map((source) => parseBundle(source, chain));
}
