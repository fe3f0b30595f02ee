import { simpleProblem } from "./problem.ts";

/** The answer to a request for something that has no path, or one that may be read in two ways. */
export const MALFORMED_TARGET = simpleProblem(
  400,
  "malformed-target",
  "Ask for a path that begins with one slash, such as /picture.",
);

/**
 * Whether a target is no path and query: `*`, nonsense, or one with two slashes at its beginning, of which some parsers
 * take what follows for the name of a host.
 */
export function isMalformed(target: string): boolean {
  return !/^\/(?!\/)/.test(target);
}
