import type { DialectOptions, RequestContext } from "../dialect.ts";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import { base64url, utf8 } from "../json/base64.ts";
import { canonicalJson } from "../json/canonical.ts";
import type { Challenge, ReceivedChallenge } from "../offer.ts";
import { authParam, parseAuthChallenges, type AuthChallenge } from "./auth-params.ts";
import { challengeId, type Slots } from "./challenge-id.ts";
import { INTENT, METHOD, SCHEME, WWW_AUTHENTICATE } from "./names.ts";
import { decodeRequest, encodeRequest, readSessionRequest } from "./session-request.ts";

/** Parameters of a challenge that a credential repeats, as they came. */
const ECHOED = ["id", "realm", "method", "intent", "request", "expires", "digest", "opaque"];

/** A shorter key could be guessed. */
const MIN_KEY_LENGTH = 16;

/** The `WWW-Authenticate` header of a 402. @throws RangeError without a challenge key, or with a short one. */
export function writeChallenge(
  { offer, channel }: Challenge,
  { url, method, expires, digest }: RequestContext,
  { challengeKey }: DialectOptions,
): HeaderMap {
  if (challengeKey === undefined || challengeKey.length < MIN_KEY_LENGTH) {
    throw new RangeError(`the Payment dialect needs a challengeKey of at least ${MIN_KEY_LENGTH} bytes`);
  }
  const { host, pathname } = new URL(url);
  const slots: Slots = {
    realm: host,
    method: METHOD,
    intent: INTENT,
    request: encodeRequest(offer, channel),
    expires: new Date(expires).toISOString(),
    digest: digest ?? "",
    opaque: base64url(utf8(canonicalJson({ method, path: pathname }))),
  };
  const params = Object.entries({ id: challengeId(slots, challengeKey), ...slots })
    .filter(([, value]) => value !== "")
    .map(([name, value]) => authParam(name, value));
  return { [WWW_AUTHENTICATE]: `${SCHEME} ${params.join(", ")}` };
}

function isOurs({ scheme, params }: AuthChallenge): boolean {
  return (
    scheme.toLowerCase() === SCHEME.toLowerCase() && params.get("method") === METHOD && params.get("intent") === INTENT
  );
}

/** The first challenge of our method in a 402's `WWW-Authenticate`, or undefined where there is none. */
export function readChallenge(headers: HeaderSource): ReceivedChallenge | undefined {
  const text = headers(WWW_AUTHENTICATE.toLowerCase());
  if (text === undefined) return undefined;
  const ours = parseAuthChallenges(text).find(isOurs);
  if (ours === undefined) return undefined;
  const params = [...ours.params].filter(([name]) => ECHOED.includes(name));
  return {
    ...readSessionRequest(decodeRequest(ours.params.get("request") ?? "")),
    echo: { dialect: "payment", challenge: Object.fromEntries(params) },
  };
}
