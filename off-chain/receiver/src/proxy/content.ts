import { directorySource } from "./directory.ts";
import { fileSource } from "./file.ts";
import { handlerSource } from "./handler.ts";
import { Router, type Match } from "./router.ts";
import type { Price, Route, Routes } from "./routes.ts";
import type { Source } from "./source.ts";
import type { Target } from "./target.ts";
import { upstreamSource } from "./upstream.ts";

/** A route that was checked, with its source. */
export interface Sold {
  readonly price: Price;
  readonly description: string | undefined;
  /** Undefined: all. */
  readonly methods: ReadonlySet<string> | undefined;
  /** For `Allow`. */
  readonly allow: string;
  readonly free: readonly string[];
  /** Undefined: as the server does it. */
  readonly sandbox: boolean | undefined;
  readonly source: Source;
}

const ALL_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** Everything that is sold, by path. */
export class Content {
  readonly #router = new Router<Sold>();
  readonly #sources: Source[] = [];

  /** @throws RangeError where a route is wrong: its path, its price, a file or directory that is not there. */
  constructor(routes: Routes) {
    for (const [path, route] of Object.entries(routes)) {
      const sold = toSold(path, route);
      this.#sources.push(sold.source);
      this.#router.add(path, sold);
    }
  }

  find(target: Target): Match<Sold> | undefined {
    return this.#router.find(target);
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.close?.();
  }
}

function toSold(path: string, route: Route): Sold {
  const { price, description, free = [] } = route;
  if (typeof price === "bigint" ? price < 0n : typeof price !== "function") {
    throw new RangeError(`The price of ${path} must be a bigint in the token's smallest unit, or a function.`);
  }
  const given = route.methods ?? ("upstream" in route ? undefined : ["GET", "HEAD"]);
  const methods = given === undefined ? undefined : new Set([...given, ...free].map((name) => name.toUpperCase()));
  if (methods?.has("GET") === true) methods.add("HEAD");
  return {
    price,
    description,
    methods,
    allow: methods === undefined ? ALL_METHODS : [...new Set([...methods, "OPTIONS"])].join(", "),
    free: free.map((name) => name.toUpperCase()),
    sandbox: route.sandbox,
    source: toSource(path, route),
  };
}

function toSource(path: string, route: Route): Source {
  if ("file" in route) return fileSource(path, route);
  if ("directory" in route) return directorySource(path, route);
  if ("upstream" in route) return upstreamSource(path, route);
  if ("handler" in route) return handlerSource(route);
  throw new RangeError(`The route ${path} has no content: give it a file, directory, handler or upstream.`);
}
