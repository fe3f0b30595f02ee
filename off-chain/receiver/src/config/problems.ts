import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What zod says of a value that is not there; undefined: it speaks for itself. */
export function missing({ code, input }: z.core.$ZodRawIssue): string | undefined {
  const isMissing = (code === "invalid_type" || code === "invalid_union") && input === undefined;
  return isMissing ? "It is missing." : undefined;
}

/**
 * What is wrong, at the place where it is wrong: of something that can be written in several ways, what is wrong with
 * the way that was plainly meant.
 */
function problemsIn(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    const meant = issue.code === "invalid_union" ? meantOf(issue.errors) : undefined;
    return meant === undefined
      ? [issue]
      : problemsIn(meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}

/**
 * What is wrong, in a line for each.
 * @param whole what the value itself is called, where it is wrong as a whole.
 * @param how   what to say after the place, by its path with dots.
 */
export function describe(issues: readonly Issue[], whole: string, how = (_path: string) => ""): string {
  return problemsIn(issues)
    .map(({ path, message }) => {
      const where = path.join(".");
      return `  ${where === "" ? whole : where}${how(where)}: ${message}`;
    })
    .join("\n");
}

/** Of the ways whose problems are all inside, that with the fewest; undefined where there is none, or several. */
function meantOf(ways: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const possible = ways.filter((way) => way.every(isInside));
  const fewest = Math.min(...possible.map(({ length }) => length));
  const [meant, another] = possible.filter(({ length }) => length === fewest);
  return another === undefined ? meant : undefined;
}

/** Whether it is about a member, so that the value itself is of the right kind. */
function isInside({ path, code }: Issue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}
