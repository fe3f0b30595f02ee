import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { HeaderMap } from "@rmps/wire";
import type { PaidRequest } from "../../paywall/types.ts";
import type { StoredAnswer } from "../../store/store.ts";
import { collectAnswer } from "./keep.ts";

type Headers = OutgoingHttpHeaders | readonly OutgoingHttpHeader[];

type WriteHead = (this: ServerResponse, status: number, reason?: string | Headers, headers?: Headers) => ServerResponse;

/** What becomes of an answer, until its status line is written. */
interface Guard {
  readonly paid: PaidRequest;
  /** The whole answer, where it has to be remembered. */
  readonly collected: (() => StoredAnswer | undefined) | undefined;
  /** `writeHead` as it was before. */
  readonly writeHead: WriteHead;
  /** The guard that was there before, if there was one. */
  readonly outer: Guard | undefined;
}

const GUARD = Symbol("guard");

type Guarded = ServerResponse & { [GUARD]?: Guard | undefined };

/**
 * Watches the answer to a paid request: puts the receipt into its head, and says how it ended.
 * However the answer is sent, its status line passes `writeHead`.
 */
export function guardAnswer(response: ServerResponse, paid: PaidRequest): void {
  const guarded: Guarded = response;
  const { writeHead } = response as { readonly writeHead: WriteHead };
  const collected = paid.keepsAnswer ? collectAnswer(response) : undefined;
  guarded[GUARD] = { paid, collected, writeHead, outer: guarded[GUARD] };
  response.writeHead = writeGuardedHead;

  // Comes after every answer too; the first ending counts.
  response.on("close", () => {
    if (!response.headersSent) void paid.ended({ kind: "gone" });
    else void paid.ended({ kind: "answered", status: response.statusCode, answer: collected?.() });
  });
}

/**
 * In place of `writeHead`. The same function for all: with a closure each, every response has a hidden class to itself,
 * which survives the collections of young objects and makes them ten times as long.
 */
function writeGuardedHead(this: Guarded, status: number, reason?: string | Headers, headers?: Headers): ServerResponse {
  const { paid, collected, writeHead, outer } = this[GUARD]!;
  this[GUARD] = outer;
  this.writeHead = writeHead;
  if (typeof reason === "string") this.statusMessage = reason;
  else headers = reason;
  const receipt = paid.receipt(status);
  if (collected === undefined || status >= 500) void paid.ended({ kind: "answered", status });
  // The short way, where nothing else is set and nothing has to be remembered: much of what a receipt costs.
  if (collected === undefined && isPlain(headers) && this.getHeaderNames().length === 0) {
    return this.writeHead(status, replaced(headers, receipt));
  }
  setHeaders(this, headers);
  for (const [name, value] of Object.entries(receipt)) this.setHeader(name, value);
  return this.writeHead(status);
}

function isPlain(headers: Headers | undefined): headers is OutgoingHttpHeaders | undefined {
  return !Array.isArray(headers);
}

/** Headers of an answer together with those that take the place of any of the same name, whatever its case. */
function replaced(headers: OutgoingHttpHeaders = {}, by: HeaderMap): OutgoingHttpHeaders {
  const merged: OutgoingHttpHeaders = { ...by };
  const names = Object.keys(by);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !names.some((other) => isSame(name, other))) merged[name] = value;
  }
  return merged;
}

function isSame(name: string, other: string): boolean {
  return name.length === other.length && name.toLowerCase() === other.toLowerCase();
}

/** Headers in any of the forms that `writeHead` takes. */
function setHeaders(response: ServerResponse, headers: Headers | undefined): void {
  if (headers === undefined) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    return;
  }
  const flat = (headers as unknown[]).flat() as OutgoingHttpHeader[];
  for (let i = 0; i < flat.length; i += 2) response.removeHeader(String(flat[i]));
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const value = flat[i + 1]!;
    response.appendHeader(String(flat[i]), Array.isArray(value) ? value : String(value));
  }
}
