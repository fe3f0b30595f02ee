/** What can be written canonically: no number but safe integers, so that there is one way to write each value. */
export type Json = string | number | boolean | { readonly [name: string]: Json | undefined };

/**
 * Canonical JSON (JCS, RFC 8785): names in the order of their UTF-16 code units, no blanks. Members that are
 * undefined are left out.
 * @throws RangeError for a number that is no safe integer, a list, or null.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError("no safe integer");
  if (typeof value !== "object") return JSON.stringify(value);
  // Not by its type, but a client's plug-in passes on what a server sent.
  if (value === null || Array.isArray(value)) throw new RangeError("no object");
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`);
  return `{${members.join(",")}}`;
}
