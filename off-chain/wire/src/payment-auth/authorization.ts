import { ParseError } from "@rmps/proofs";
import { SCHEME } from "./names.ts";

const OURS = new RegExp(`^${SCHEME}(?:[ \\t]+|$)(.*)$`, "is");
// An unclosed string runs to the end: everything is matched once, whatever is sent.
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|\\?$)/gs;
const ANYWHERE = new RegExp(`(?:^|,)[ \\t]*${SCHEME}(?:[ \\t]|,|$)`, "i");

/** Whether a header of credentials or challenges has the `Payment` scheme anywhere, outside of quoted strings. */
export function namesPayment(header: string): boolean {
  return ANYWHERE.test(header.replace(QUOTED, ""));
}

/**
 * The credentials behind the `Payment` scheme, or undefined where the header is of another scheme, which is none of
 * our business.
 * @throws ParseError where the `Payment` scheme stands beside others, or twice: a header has one credential.
 */
export function paymentCredential(authorization: string): string | undefined {
  if (!namesPayment(authorization)) return undefined;
  const credential = OURS.exec(authorization)?.[1];
  if (credential === undefined || credential.includes(",")) {
    throw new ParseError("Authorization: several credentials", "Send the Payment credential alone.");
  }
  return credential;
}
