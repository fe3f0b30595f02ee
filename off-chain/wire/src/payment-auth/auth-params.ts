import { ParseError } from "@rmps/proofs";
import { MAX_LENGTH } from "../field.ts";

/** One challenge of a `WWW-Authenticate` header: its scheme as it came, its parameters with lower-case names. */
export interface AuthChallenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

// Sticky: each matches where the last one ended, so that the header is read once, from left to right.
const SEPARATORS = /[ \t,]*/y;
const PARAM =
  /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z]+))(?=[ \t]*(?:,|$))/y;
const SCHEME_NAME = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?=[ \t]|,|$)/y;
const TOKEN68 = /[ \t]+[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * The challenges of a `WWW-Authenticate` header (RFC 9110, section 11.6.1), joined ones included.
 * @throws ParseError where it does not follow the grammar, or a challenge has a parameter twice.
 */
export function parseAuthChallenges(text: string): AuthChallenge[] {
  if (text.length > 2 * MAX_LENGTH) throw malformed();
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  let at = 0;
  for (;;) {
    at += match(SEPARATORS, text, at)![0].length;
    if (at === text.length) return challenges;
    const current = challenges.at(-1);
    const param = current && match(PARAM, text, at);
    if (param) {
      addParam(current.params, param);
      at += param[0].length;
      continue;
    }
    const scheme = match(SCHEME_NAME, text, at);
    if (!scheme) throw malformed();
    challenges.push({ scheme: scheme[1]!, params: new Map() });
    at += scheme[0].length;
    at += match(TOKEN68, text, at)?.[0].length ?? 0;
  }
}

function addParam(params: Map<string, string>, [, rawName, quoted, token]: RegExpExecArray): void {
  const name = rawName!.toLowerCase();
  if (params.has(name)) throw malformed();
  params.set(name, quoted === undefined ? token! : quoted.replace(/\\(.)/g, "$1"));
}

function malformed(): ParseError {
  return new ParseError("WWW-Authenticate: malformed", "Send challenges as RFC 9110 writes them.");
}

/** A parameter, quoted. @throws RangeError where the value is no printable ASCII. */
export function authParam(name: string, value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw new RangeError(`${name}: this value cannot be sent in a header`);
  return `${name}="${value.replace(/["\\]/g, "\\$&")}"`;
}
