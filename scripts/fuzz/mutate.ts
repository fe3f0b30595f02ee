import type { Random } from "../lib/random.ts";

/** Text that parsers have stumbled over before. */
const NASTY = [
  "",
  " ",
  "0",
  "-0",
  "-1",
  "00",
  "01",
  "1e3",
  "0x",
  "0x0",
  "1.0",
  "1_000",
  "٣",
  "NaN",
  "Infinity",
  "null",
  "true",
  "undefined",
  "[object Object]",
  "115792089237316195423570985008687907853269984665640564039457584007913129639935",
  "115792089237316195423570985008687907853269984665640564039457584007913129639936",
  "9007199254740993",
  "1".repeat(79),
  "9".repeat(5_000),
  "0x" + "f".repeat(64),
  "0x" + "0".repeat(130),
  "0x" + "g".repeat(40),
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\u0000",
  "\r\nX-Injected: 1",
  "\n",
  "%00",
  "%0d%0a",
  "../../etc/passwd",
  "..%2f",
  "%c0%ae",
  "\u{1F600}",
  "\ud800",
  "ÿ",
  "﻿",
  "==",
  "====",
  "{}",
  "[]",
  '{"a":',
  "[".repeat(2_000),
  '{"a":'.repeat(500),
  ",",
  ";",
  '"',
  "\\",
  "Payment ",
  "Bearer x",
  "Basic eDp5",
  "RDN-Price",
  "chunked, chunked",
] as const;

/** One piece of nasty text. */
export function nasty(random: Random): string {
  return random.pick(NASTY);
}

const operations: readonly ((text: string, random: Random) => string)[] = [
  // One character is another.
  (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  },
  // One bit flips.
  (text, random) => {
    if (text === "") return "\u0001";
    const at = random.below(text.length);
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(8))) + text.slice(at + 1);
  },
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => text.slice(random.below(text.length + 1)),
  (text, random) => {
    const [from, to] = [random.below(text.length + 1), random.below(text.length + 1)];
    return text.slice(0, Math.min(from, to)) + text.slice(Math.max(from, to));
  },
  (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + nasty(random) + text.slice(at);
  },
  (text, random) => {
    const [from, length] = [random.below(text.length + 1), random.below(20)];
    return text + text.slice(from, from + length).repeat(1 + random.below(20));
  },
  (text, random) => (random.chance(0.5) ? text.toUpperCase() : text.toLowerCase()),
  (_text, random) => nasty(random),
  (text, random) => ` ${text}${random.chance(0.5) ? "\t" : ""}`,
  (text) => text + text,
  // A number is another.
  (text, random) => text.replace(/\d+/, () => nasty(random)),
];

/** The text with a few changes. */
export function mutate(text: string, random: Random): string {
  let result = text;
  for (let times = 1 + random.below(3); times > 0; times--) result = random.pick(operations)(result, random);
  return result.slice(0, 20_000);
}

/** A JSON value with one part of it replaced, removed, doubled or added; sometimes as text that is no JSON. */
export function mutateJson(value: unknown, random: Random): unknown {
  if (random.chance(0.3) || typeof value !== "object" || value === null) return strange(value, random);
  if (Array.isArray(value)) {
    const items: unknown[] = [...(value as unknown[])];
    const at = random.below(items.length + 1);
    if (random.chance(0.5) && at < items.length) items[at] = mutateJson(items[at], random);
    else items.splice(at, random.below(2), strange(undefined, random));
    return items;
  }
  const entries = Object.entries(value as Record<string, unknown>);
  const at = random.below(entries.length + 1);
  const entry = entries[at];
  if (entry === undefined) entries.push([nasty(random), strange(undefined, random)]);
  else if (random.chance(0.15)) entries.splice(at, 1);
  else if (random.chance(0.1)) entries[at] = [mutate(entry[0], random), entry[1]];
  else entries[at] = [entry[0], mutateJson(entry[1], random)];
  // Null prototype: `__proto__` becomes a member like any other, as it does in JSON.
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}

function strange(value: unknown, random: Random): unknown {
  if (typeof value === "string" && random.chance(0.7)) return mutate(value, random);
  return random.pick<unknown>([
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    nasty(random),
    [],
    {},
    [value],
    { value },
    [[[[[]]]]],
    typeof value === "number" ? value + 1 : "x".repeat(random.below(3_000)),
  ]);
}
