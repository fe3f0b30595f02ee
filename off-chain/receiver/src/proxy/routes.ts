import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** What a price or a handler may depend on. */
export interface RouteRequest {
  /** Upper case. */
  readonly method: string;
  /** The canonical path, such as `/users/7`: never with `..`, `//` or an escaped slash. */
  readonly path: string;
  /** What the pattern's parameters stand for, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Without payment headers. */
  readonly headers: IncomingHttpHeaders;
}

/** A request as a handler gets it. */
export interface HandlerRequest extends RouteRequest {
  /** The body as it comes in; empty where there is none. */
  readonly body: Readable;
}

/** An answer with all its parts. */
export interface Answer {
  /** 200 unless given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** What a handler returns: text, bytes, an answer with its parts, or a Web-standard `Response`. */
export type HandlerResult = string | Uint8Array | Answer | Response;

/** A price in the token's smallest unit: fixed, or computed before anything is paid. 0: free. */
export type Price = bigint | ((request: RouteRequest) => bigint | Promise<bigint>);

/** What all routes have. */
export interface RouteOptions {
  readonly price: Price;
  /** What is sold, for people. */
  readonly description?: string;
  /** Methods that exist; `GET` and `HEAD` unless given (for an upstream: all). */
  readonly methods?: readonly string[];
  /** Methods that cost nothing. */
  readonly free?: readonly string[];
  /**
   * Whether HTML from here runs without this origin, so that it cannot read the key that pays in the page for people.
   * Unless given, it does where it was paid for and the receiver has that page.
   */
  readonly sandbox?: boolean;
}

/** One file. */
export interface FileRoute extends RouteOptions {
  readonly file: string;
  /** Answers with this status, and the whole file, instead of 200. */
  readonly status?: number;
}

/** A directory; the path ends in `/*`. Hidden files are not served, nor is a listing. */
export interface DirectoryRoute extends RouteOptions {
  readonly directory: string;
}

/** A function. */
export interface HandlerRoute extends RouteOptions {
  readonly handler: (request: HandlerRequest) => HandlerResult | Promise<HandlerResult>;
}

/** Another server, which is given the canonical path and query, and no payment. */
export interface UpstreamRoute extends RouteOptions {
  /** An origin, such as `http://127.0.0.1:8080`, possibly with a path that is put in front. */
  readonly upstream: string;
  /** Headers that are set on every request to it (secrets of the upstream, say). */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until its answer must begin; 30,000 unless given. */
  readonly timeoutMs?: number;
}

/** One thing that is sold. */
export type Route = FileRoute | DirectoryRoute | HandlerRoute | UpstreamRoute;

/**
 * What is sold, by path. `:name` stands for one segment of the path, and a `*` at the end for all that follows (at
 * least one character). A path without either wins over a pattern; among patterns the first one that fits.
 */
export type Routes = Readonly<Record<string, Route>>;
