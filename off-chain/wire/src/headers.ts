/**
 * One header of a message by its lower-case name; undefined where it is absent. Where a header came twice, its values
 * are joined by commas, as HTTP demands, and no value of ours survives that.
 */
export type HeaderSource = (name: string) => string | undefined;

/** Headers as frameworks have them: Web `Headers`, Node's objects (`headersDistinct` too), or a `HeaderSource`. */
export type HeadersLike =
  | HeaderSource
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers to be sent, by their usual names. */
export type HeaderMap = Record<string, string>;

/** Visible ASCII and blanks within: what a header can hold whatever is between here and there. */
const SAFE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

function isWebHeaders(headers: HeadersLike): headers is { get(name: string): string | null } {
  return typeof (headers as { get?: unknown }).get === "function";
}

/** A view of any kind of headers. Node gives only the first of two `Authorization` headers: pass `headersDistinct`. */
export function headerSource(headers: HeadersLike): HeaderSource {
  if (typeof headers === "function") return headers;
  if (isWebHeaders(headers)) return (name) => headers.get(name) ?? undefined;
  const byName = lowerCased(headers);
  return (name) => {
    const value = Object.hasOwn(byName, name) ? byName[name] : undefined;
    return value === undefined || typeof value === "string" ? value : value.join(", ");
  };
}

type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The same object where all names are lower case, as Node's are. */
function lowerCased(headers: HeaderRecord): HeaderRecord {
  const names = Object.keys(headers);
  if (names.every((name) => name === name.toLowerCase())) return headers;
  const result: Record<string, string[]> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) (result[name.toLowerCase()] ??= []).push(...(typeof value === "string" ? [value] : value));
  }
  return result;
}

/**
 * A value that is fit to be sent in a header.
 * @throws RangeError where it could end the header or would not arrive as it is: a bug of the caller, or a
 * configuration that was not checked.
 */
export function safeValue(name: string, value: string): string {
  if (!SAFE.test(value)) throw new RangeError(`${name}: this value cannot be sent in a header`);
  return value;
}
