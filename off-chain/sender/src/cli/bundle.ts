import { ParseError } from "@rmps/proofs";
import { readBundle, type Bundle } from "@rmps/wire";

/**
 * Reads what a receiver exported (`GET /channels/{sender}/{id}/proof`): one bundle, or a list of them.
 * @throws ParseError where it is no JSON, or a bundle in it defends nothing; see `readBundle`.
 */
export function parseBundles(text: string): Bundle[] {
  const json = parseJson(text);
  if (isState(json)) throw new ParseError("the state of a sender, no bundle", "Keep bundles in a folder of their own.");
  return (Array.isArray(json) ? json : [json]).map(readBundle);
}

/** Whether it is what a file store keeps. */
const isState = (json: unknown) => typeof json === "object" && json !== null && "version" in json && "channels" in json;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ParseError("not JSON", "Export the bundle again.");
  }
}
