import { parseAmount, parseHash, parseSignature } from "@rmps/proofs";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import { within } from "../field.ts";
import { base64, fromBase64, utf8 } from "../json/base64.ts";
import { exactly, objectMember, parseObject, textMember, type JsonObject } from "../json/members.ts";
import type { Echo } from "../offer.ts";
import type { OutgoingPayment, Payment, Proof } from "../payment.ts";
import { requireVersion } from "./challenge.ts";
import { PAYLOAD_TYPE, PAYMENT_SIGNATURE, VERSION } from "./names.ts";
import { readMatched } from "./requirements.ts";

/** The `payload` of a payment: what plug-ins of clients that encode themselves have to fill in. */
export function proofPayload({ channelId, balance, signature }: Proof): Record<string, string> {
  return { type: PAYLOAD_TYPE, channelId, balance: balance.toString(), signature };
}

/** The `PAYMENT-SIGNATURE` header of a request that pays. */
export function writePayment(payment: OutgoingPayment, echo: Echo): HeaderMap {
  if (echo.dialect !== "x402") throw new RangeError("the challenge is of another dialect");
  const { accepted, resource } = echo;
  const json = JSON.stringify({ x402Version: VERSION, resource, accepted, payload: proofPayload(payment) });
  return { [PAYMENT_SIGNATURE]: base64(utf8(json)) };
}

/** The payment in a request's `PAYMENT-SIGNATURE`, or undefined where there is none. */
export function readPayment(headers: HeaderSource): Payment | undefined {
  const text = headers(PAYMENT_SIGNATURE.toLowerCase());
  if (text === undefined) return undefined;
  return within(PAYMENT_SIGNATURE, () => {
    const json = parseObject(fromBase64(text));
    requireVersion(json);
    const { price, ...claims } = within("accepted", () => readMatched(objectMember(json, "accepted")));
    return { dialect: "x402", ...readProof(objectMember(json, "payload")), maxPrice: price, claims };
  });
}

function readProof(payload: JsonObject): Proof {
  return within("payload", () => {
    textMember(payload, "type", exactly(PAYLOAD_TYPE));
    return {
      channelId: textMember(payload, "channelId", parseHash),
      balance: textMember(payload, "balance", parseAmount),
      signature: textMember(payload, "signature", parseSignature),
    };
  });
}
