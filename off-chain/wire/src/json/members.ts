import { ParseError } from "@rmps/proofs";
import { field } from "../field.ts";

/** A JSON object, as it came. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON object from its text. @throws ParseError */
export function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ParseError("not JSON", "Send a JSON object.");
  }
  if (!isObject(value)) throw new ParseError("not a JSON object", "Send a JSON object.");
  return value;
}

/** An own member, whatever it is; undefined where it is absent. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A member that is an object. @throws ParseError */
export function objectMember(object: JsonObject, name: string): JsonObject {
  const value = member(object, name);
  if (!isObject(value)) throw new ParseError(`${name}: not a JSON object`, `Send ${name} as a JSON object.`);
  return value;
}

/** A member that is text and parses. @throws ParseError */
export function textMember<T>(object: JsonObject, name: string, parse: (text: string) => T): T {
  const value = member(object, name);
  if (typeof value !== "string") throw new ParseError(`${name}: not text`, `Send ${name} as a JSON string.`);
  return field(name, value, parse);
}

/** A member that, where it is present, is text and parses. @throws ParseError */
export function optionalText<T>(object: JsonObject, name: string, parse: (text: string) => T): T | undefined {
  return member(object, name) === undefined ? undefined : textMember(object, name, parse);
}

/** A parser that takes one text only. @throws ParseError */
export function exactly(expected: string): (text: string) => string {
  return (text) => {
    if (text !== expected) throw new ParseError(`not ${expected}`, `Send ${expected}.`);
    return text;
  };
}

/** Takes any text. */
export const anyText = (text: string): string => text;
