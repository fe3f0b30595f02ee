import { ParseError } from "@rmps/proofs";
import type { RequestContext } from "../dialect.ts";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import { within } from "../field.ts";
import { base64, fromBase64, utf8 } from "../json/base64.ts";
import { isObject, member, parseObject, type JsonObject } from "../json/members.ts";
import type { Challenge, ReceivedChallenge } from "../offer.ts";
import { reasonOf } from "../reason.ts";
import { isRefusalCode } from "../refusal.ts";
import { PAYMENT_REQUIRED, VERSION, X402_SCHEME } from "./names.ts";
import { readRequirements, writeRequirements } from "./requirements.ts";

/** The `PAYMENT-REQUIRED` header of a 402. */
export function writeChallenge(
  { offer, refusal, channel }: Challenge,
  { url, description }: RequestContext,
): HeaderMap {
  const json = JSON.stringify({
    x402Version: VERSION,
    error: refusal?.code,
    resource: { url, description },
    accepts: [writeRequirements(offer, channel)],
  });
  return { [PAYMENT_REQUIRED]: base64(utf8(json)) };
}

/** Throws unless it is of the version we speak. */
export function requireVersion(json: JsonObject): void {
  if (member(json, "x402Version") !== VERSION) {
    throw new ParseError("x402Version: not 2", "Speak version 2 of x402.");
  }
}

/** The first of our scheme in a 402's `PAYMENT-REQUIRED`, or undefined where there is none. */
export function readChallenge(headers: HeaderSource): ReceivedChallenge | undefined {
  const text = headers(PAYMENT_REQUIRED.toLowerCase());
  if (text === undefined) return undefined;
  return within(PAYMENT_REQUIRED, () => {
    const json = parseObject(fromBase64(text));
    requireVersion(json);
    const accepts = member(json, "accepts");
    if (!Array.isArray(accepts)) throw new ParseError("accepts: not a list", "Send accepts as a JSON array.");
    const ours = accepts.filter(isObject).find((each) => member(each, "scheme") === X402_SCHEME);
    if (ours === undefined) return undefined;
    const resource = member(json, "resource");
    const code = member(json, "error");
    const reason = isRefusalCode(code) ? reasonOf({ code }) : undefined;
    return {
      ...readRequirements(ours),
      ...(isRefusalCode(code) && { code }),
      ...(reason !== undefined && { reason }),
      echo: { dialect: "x402", accepted: ours, ...(isObject(resource) && { resource }) },
    };
  });
}
