/** The target of a request in its one form. */
export interface Target {
  /** As sent: canonical, so no other spelling of it is served. */
  readonly path: string;
  /** The path's segments, percent-decoded. */
  readonly segments: readonly string[];
  /** Without `?`; empty where there is none. */
  readonly query: string;
}

/** Segments of what RFC 3986 allows without escapes, and escapes in upper case. */
const PATH = /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-F]{2})*)+$/;
/** Escapes of what needs none, of slashes and control characters, and of what would be an escape once more. */
const NEEDLESS = /%(?:[01][0-9A-F]|7F|2[DEF]|3[0-9]|4[1-9A-F]|5[0-9ACF]|6[1-9A-F]|7[0-9AE]|25[0-9A-Fa-f]{2})/;
/** Empty segments (but the last), and dots that some servers take for a way up, such as `..;x`. */
const DETOUR = /\/\/|\/\.{1,2}(?:[/;]|$)/;
const QUERY = /^[\x21-\x7e]*$/;

/**
 * Parses the target of a request line. There is one spelling of each path: what would need to be normalised (dots,
 * double slashes, needless or malformed escapes, backslashes, control characters, another form of target) is refused,
 * so that nothing behind the paywall can be reached under a name that the paywall did not see.
 * @returns undefined for anything else.
 */
export function parseTarget(target: string): Target | undefined {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark + 1);
  if (!PATH.test(path) || DETOUR.test(path) || !QUERY.test(query) || query.includes("#")) return undefined;
  const segments = path.slice(1).split("/");
  if (!path.includes("%")) return { path, segments, query };
  if (NEEDLESS.test(path)) return undefined;
  try {
    return { path, segments: segments.map(decodeURIComponent), query };
  } catch {
    return undefined; // Not UTF-8.
  }
}
