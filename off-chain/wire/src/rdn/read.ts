import { ParseError } from "@rmps/proofs";
import { field } from "../field.ts";
import type { HeaderSource } from "../headers.ts";
import type { RdnHeader } from "./names.ts";

const LOWER = new Map<string, string>();

function lower(name: string): string {
  let known = LOWER.get(name);
  if (known === undefined) LOWER.set(name, (known = name.toLowerCase()));
  return known;
}

/** The raw value of an RDN header. */
export function raw(headers: HeaderSource, name: RdnHeader): string | undefined {
  return headers(lower(name));
}

/** A header that may be absent. @throws ParseError */
export function optional<T>(headers: HeaderSource, name: RdnHeader, parse: (text: string) => T): T | undefined {
  const text = raw(headers, name);
  return text === undefined ? undefined : field(name, text, parse);
}

/** A header that must be there. @throws ParseError */
export function required<T>(headers: HeaderSource, name: RdnHeader, parse: (text: string) => T): T {
  const value = optional(headers, name, parse);
  if (value === undefined) throw new ParseError(`${name}: missing`, `Send ${name} along with the other RDN headers.`);
  return value;
}
