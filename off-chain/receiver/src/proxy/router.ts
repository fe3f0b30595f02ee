import { parseTarget, type Target } from "./target.ts";

/** What a path leads to. */
export interface Match<Entry> {
  readonly entry: Entry;
  /** Parameters of the pattern, decoded; `*` is what followed, its segments joined by `/`. */
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern<Entry> {
  readonly entry: Entry;
  /** Literal text, or a parameter by name. */
  readonly parts: readonly (string | { readonly name: string })[];
  readonly open: boolean;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Finds entries by path: exact ones at once, then patterns in the order in which they were added. */
export class Router<Entry> {
  readonly #exact = new Map<string, Match<Entry>>();
  readonly #patterns: Pattern<Entry>[] = [];

  /**
   * Adds a path: canonical, with `:name` segments, and possibly `/*` at its end.
   * @throws RangeError where it is not of that form, or there already.
   */
  add(path: string, entry: Entry): void {
    const open = path.endsWith("/*");
    const target = parseTarget(open ? path.slice(0, -2) || "/" : path);
    if (target === undefined || path.includes("?") || target.path.includes("*")) {
      throw new RangeError(
        `The route ${path} is not a canonical path: begin with / and leave out what needs no escape.`,
      );
    }
    const segments = open && target.path === "/" ? [] : target.segments;
    if (!open && !segments.some((segment) => segment.startsWith(":"))) {
      if (this.#exact.has(target.path)) throw new RangeError(`The route ${path} is there twice.`);
      this.#exact.set(target.path, { entry, params: NONE });
      return;
    }
    const parts = segments.map((segment) => {
      if (!segment.startsWith(":")) return segment;
      const name = segment.slice(1);
      if (!NAME.test(name)) throw new RangeError(`The route ${path} has a parameter without a proper name.`);
      return { name };
    });
    this.#patterns.push({ entry, parts, open });
  }

  find(target: Target): Match<Entry> | undefined {
    const exact = this.#exact.get(target.path);
    if (exact !== undefined) return exact;
    for (const pattern of this.#patterns) {
      const params = match(pattern, target.segments);
      if (params !== undefined) return { entry: pattern.entry, params };
    }
    return undefined;
  }
}

function match<Entry>(
  { parts, open }: Pattern<Entry>,
  segments: readonly string[],
): Record<string, string> | undefined {
  if (open ? segments.length <= parts.length : segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const segment = segments[i]!;
    if (typeof part === "string") {
      if (part !== segment) return undefined;
    } else {
      if (segment === "") return undefined;
      params[part.name] = segment;
    }
  }
  if (!open) return params;
  const rest = segments.slice(parts.length).join("/");
  if (rest === "") return undefined;
  params["*"] = rest;
  return params;
}
