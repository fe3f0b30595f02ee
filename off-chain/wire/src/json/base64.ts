import { ParseError } from "@rmps/proofs";
import { MAX_LENGTH } from "../field.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

// Of a multiple of four characters.
const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;
// Of any number of characters but one more than a multiple of four.
const URL_SAFE = /^[A-Za-z0-9_-]*$/;

/** Most arguments of one call, well below what any engine takes. */
const PIECE = 4096;

/** Base64 with padding (RFC 4648, section 4). */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    // Spread would go through the array's iterator, which takes eight times as long.
    binary += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + PIECE)) as string;
  }
  return btoa(binary);
}

/** Base64url without padding (RFC 4648, section 5). */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

function textOf(standard: string): string {
  try {
    const binary = atob(standard);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return decoder.decode(bytes);
  } catch {
    throw new ParseError("not UTF-8", "Encode UTF-8 text.");
  }
}

/** The text in base64 with padding. @throws ParseError */
export function fromBase64(text: string): string {
  if (text.length > MAX_LENGTH || text.length % 4 !== 0 || !STANDARD.test(text)) {
    throw new ParseError("not base64", `Send base64 with padding, at most ${MAX_LENGTH} characters.`);
  }
  return textOf(text);
}

/** The text in base64url without padding. @throws ParseError */
export function fromBase64url(text: string): string {
  if (text.length > MAX_LENGTH || text.length % 4 === 1 || !URL_SAFE.test(text)) {
    throw new ParseError("not base64url", `Send base64url without padding, at most ${MAX_LENGTH} characters.`);
  }
  return textOf(text.replace(/-/g, "+").replace(/_/g, "/"));
}
