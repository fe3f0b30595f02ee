import type { Offer } from "@rmps/wire";
import { SenderError } from "../errors.ts";
import type { PreparedRequest } from "../http/request.ts";

/** A price that the program knows: in the token's smallest unit, for all requests or by request; undefined: unknown. */
export type KnownPrice = bigint | ((request: { url: URL; method: string }) => bigint | undefined);

/** Offers remembered; the oldest is forgotten first. */
const REMEMBERED = 10_000;

/**
 * What requests cost, as learned from offers and receipts: with a known price the first request is paid at once, one
 * round trip. A wrong memory costs a round trip, or credit, never money: what may be charged is the receiver's price.
 */
export class Prices {
  readonly #patterns: string[][];
  readonly #known: KnownPrice | undefined;
  /** The offers of single requests, and the last one of each origin. */
  readonly #offers = new Map<string, Offer>();
  readonly #origins = new Map<string, Offer>();

  /**
   * @param known    a price that the program knows, before anything is learned.
   * @param patterns paths that cost the same, such as `/articles/:id`; `:x` stands for one segment, `*` at the end for
   * any number.
   */
  constructor(known: KnownPrice | undefined, patterns: readonly string[]) {
    this.#known = known;
    this.#patterns = patterns.map((pattern) => pattern.split("/"));
  }

  /** What to pay before being asked, or undefined. */
  lookup({ url, method }: PreparedRequest): Offer | undefined {
    const offer = this.#offers.get(this.#key(url, method));
    const price = this.known({ url, method }) ?? offer?.price;
    const terms = offer ?? this.#origins.get(url.origin);
    return terms === undefined || price === undefined || price === 0n ? undefined : { ...terms, price };
  }

  /** What the program says that a request costs, whoever sells it; undefined where it does not know. */
  known({ url, method }: Pick<PreparedRequest, "url" | "method">): bigint | undefined {
    const price = typeof this.#known === "function" ? this.#known({ url, method }) : this.#known;
    if (price === undefined || (typeof price === "bigint" && price >= 0n)) return price;
    const remedy =
      "Give a bigint from 0 up in the token's smallest unit, or a function that answers with one or undefined.";
    throw new SenderError("configuration", "price: not an amount", remedy);
  }

  /** Remembers an offer, with what was really charged as its price. */
  learn({ url, method }: PreparedRequest, offer: Offer): void {
    this.#origins.set(url.origin, offer);
    const key = this.#key(url, method);
    this.#offers.delete(key);
    this.#offers.set(key, offer);
    if (this.#offers.size <= REMEMBERED) return;
    for (const oldest of this.#offers.keys()) if (this.#offers.delete(oldest)) break;
  }

  /** Forgets on what terms a request is sold: it is asked for the next time. */
  forget({ url, method }: PreparedRequest): void {
    this.#offers.delete(this.#key(url, method));
    this.#origins.delete(url.origin);
  }

  #key(url: URL, method: string): string {
    const path = url.pathname.split("/");
    const pattern = this.#patterns.find((candidate) => matches(candidate, path));
    return `${method} ${url.origin}${pattern?.join("/") ?? url.pathname}`;
  }
}

function matches(pattern: string[], path: string[]): boolean {
  const open = pattern.at(-1) === "*";
  if (open ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every((part, index) => part === "*" || part.startsWith(":") || part === path[index]);
}
