import { ParseError, parseAmount, parseHash, parseSignature } from "@rmps/proofs";
import type { DialectOptions } from "../dialect.ts";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import { within } from "../field.ts";
import { base64url, fromBase64url, utf8 } from "../json/base64.ts";
import {
  anyText,
  exactly,
  objectMember,
  optionalText,
  parseObject,
  textMember,
  type JsonObject,
} from "../json/members.ts";
import type { Echo } from "../offer.ts";
import type { EchoedChallenge, OutgoingPayment, Payment, Proof } from "../payment.ts";
import { paymentCredential } from "./authorization.ts";
import { ChallengeError, challengeId, equalInConstantTime, type Slots } from "./challenge-id.ts";
import { ACTION, AUTHORIZATION, INTENT, METHOD, SCHEME } from "./names.ts";
import { decodeRequest, readSessionRequest } from "./session-request.ts";

/** The `payload` of a credential: what plug-ins of clients that encode themselves have to fill in. */
export function voucherPayload({ channelId, balance, signature }: Proof): Record<string, string> {
  return { action: ACTION, channelId, cumulativeAmount: balance.toString(), signature };
}

/** The `Authorization` header of a request that pays. */
export function writePayment(payment: OutgoingPayment, echo: Echo): HeaderMap {
  if (echo.dialect !== "payment") throw new RangeError("the challenge is of another dialect");
  const json = JSON.stringify({ challenge: echo.challenge, payload: voucherPayload(payment) });
  return { [AUTHORIZATION]: `${SCHEME} ${base64url(utf8(json))}` };
}

/**
 * The payment in a request's `Authorization`, or undefined where it is of another scheme.
 * @throws ChallengeError where it answers a challenge that is not ours or was changed.
 */
export function readPayment(headers: HeaderSource, { challengeKey }: DialectOptions): Payment | undefined {
  const authorization = headers(AUTHORIZATION.toLowerCase());
  const credential = authorization === undefined ? undefined : paymentCredential(authorization);
  if (credential === undefined) return undefined;
  return within(AUTHORIZATION, () => {
    const json = parseObject(fromBase64url(credential));
    optionalText(json, "source", anyText);
    const { offer, challenge } = readEcho(objectMember(json, "challenge"), challengeKey);
    return {
      dialect: "payment",
      ...readProof(objectMember(json, "payload")),
      maxPrice: offer.price,
      claims: { ...offer.manager, token: offer.token, receiver: offer.receiver },
      challenge,
    };
  });
}

function readProof(payload: JsonObject): Proof {
  return within("payload", () => {
    textMember(payload, "action", exactly(ACTION));
    return {
      channelId: textMember(payload, "channelId", parseHash),
      balance: textMember(payload, "cumulativeAmount", parseAmount),
      signature: textMember(payload, "signature", parseSignature),
    };
  });
}

function readEcho(json: JsonObject, key: Uint8Array | undefined) {
  const { id, slots } = authentic(json, key);
  const { offer } = readSessionRequest(decodeRequest(slots.request));
  const opaque = parseObject(fromBase64url(slots.opaque));
  const challenge: EchoedChallenge = {
    id,
    expires: Date.parse(slots.expires),
    method: textMember(opaque, "method", anyText),
    path: textMember(opaque, "path", anyText),
    ...(slots.digest !== "" && { digest: slots.digest }),
  };
  return { offer, challenge };
}

/** Id and slots of a challenge that we made ourselves. @throws ChallengeError for any other. */
function authentic(json: JsonObject, key: Uint8Array | undefined): { id: string; slots: Slots } {
  try {
    const id = textMember(json, "id", anyText);
    const slots: Slots = {
      realm: textMember(json, "realm", anyText),
      method: textMember(json, "method", exactly(METHOD)),
      intent: textMember(json, "intent", exactly(INTENT)),
      request: textMember(json, "request", anyText),
      expires: textMember(json, "expires", anyText),
      digest: optionalText(json, "digest", anyText) ?? "",
      opaque: textMember(json, "opaque", anyText),
    };
    if (key !== undefined && equalInConstantTime(challengeId(slots, key), id)) return { id, slots };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ChallengeError(`challenge: ${error.message}`, error.remedy);
  }
  throw new ChallengeError(
    "challenge: not one of ours",
    "Ask again without payment and answer the new challenge, unchanged.",
  );
}
