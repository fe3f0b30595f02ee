import type { IncomingMessage } from "node:http";

/** The target of a request line, and the authority that it names where it has the absolute form. */
export interface RequestTarget {
  /** Path and query, as sent; what is neither the origin form nor the absolute form stays as it is. */
  readonly target: string;
  readonly authority: string | undefined;
}

/** Exactly what is routed alike wherever it is parsed: no query or backslash in place of the path's first slash. */
const ABSOLUTE = /^https?:\/\/([^/?#\\]+)(\/[^#]*)?$/i;

const HOST = /^[A-Za-z0-9.\-_~[\]:]{1,255}$/;

/** Whether a text, of a `Host` header perhaps, can be the authority of a URL. */
export function isAuthority(text: string): boolean {
  return HOST.test(text) && URL.canParse(`http://${text}`);
}

/** Reads a target: servers have to take the absolute form for the origin form (RFC 9112, 3.2.2). */
export function readTarget(target: string): RequestTarget {
  const absolute = ABSOLUTE.exec(target);
  return absolute === null ? { target, authority: undefined } : { target: absolute[2] ?? "/", authority: absolute[1] };
}

/** Gives a request the origin form, and the host that its target names. @returns the target: other forms stay. */
export function toOriginForm(request: IncomingMessage): string {
  const { target, authority } = readTarget(request.url ?? "");
  request.url = target;
  if (authority !== undefined) request.headers.host = authority;
  return target;
}
