/** Parsed JSON, of whatever shape. */
type Parsed = ReturnType<typeof JSON.parse>;

/** Base64url and base64 of JSON, by Node alone. */
export const toBase64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
export const toBase64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
export const fromBase64url = (text: string): Parsed => JSON.parse(Buffer.from(text, "base64url").toString());
export const fromBase64 = (text: string): Parsed => JSON.parse(Buffer.from(text, "base64").toString());

/** A deep copy in which the member at `path` is `value`, or missing where that is undefined. */
export function changed(object: unknown, path: string, value: unknown): Parsed {
  const copy = structuredClone(object) as Parsed;
  const names = path.split(".");
  const last = names.pop()!;
  const parent = names.reduce((at, name) => at[name], copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** A copy without one member. */
export function without<T extends object, K extends keyof T>(object: T, name: K): Omit<T, K> {
  const copy = { ...object };
  delete copy[name];
  return copy;
}
