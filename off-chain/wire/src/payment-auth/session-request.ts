import { ParseError, ZERO_ADDRESS, parseAddress, parseAmount } from "@rmps/proofs";
import { parseParty, period, within } from "../field.ts";
import { base64url, fromBase64url, utf8 } from "../json/base64.ts";
import { canonicalJson, type Json } from "../json/canonical.ts";
import { readChannelState, writeChannelState } from "../json/channel-state.ts";
import { member, objectMember, optionalText, parseObject, textMember, type JsonObject } from "../json/members.ts";
import { namedSigner, type ChannelView, type Offer } from "../offer.ts";

/** The `request` of a challenge: base64url of canonical JSON. */
export function encodeRequest(offer: Offer, channel: ChannelView | undefined): string {
  const json = canonicalJson({
    amount: offer.price.toString(),
    currency: offer.token,
    recipient: offer.receiver,
    unitType: "request",
    suggestedDeposit: offer.suggestedDeposit?.toString(),
    methodDetails: {
      chainId: safeChainId(offer.manager.chainId),
      escrowContract: offer.manager.contract,
      recipientSigner: namedSigner(offer),
      challengePeriod: offer.challengePeriod,
      ...writeChannelState(channel),
    },
  });
  return base64url(utf8(json));
}

/**
 * The `request` (or `opaque`) slot of a challenge whose value a client has decoded: the same text again, since it is
 * canonical. For plug-ins of clients that decode themselves.
 * @throws RangeError where it holds what canonical JSON of ours never does, such as a fraction.
 */
export function encodeSlot(value: JsonObject): string {
  return base64url(utf8(canonicalJson(value as Json)));
}

/** A chain id as a JSON number. @throws RangeError where it does not fit. */
export function safeChainId(chainId: bigint): number {
  if (chainId > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError("this chain id does not fit a JSON number");
  return Number(chainId);
}

/** The `request` of a challenge as it came. @throws ParseError */
export function decodeRequest(text: string): JsonObject {
  return within("request", () => parseObject(fromBase64url(text)));
}

/** What a challenge offers, and to whom. */
export interface SessionRequest {
  readonly offer: Offer;
  readonly channel?: ChannelView;
}

/**
 * The offer in the (decoded) `request` of a challenge of method `rmps`; for plug-ins of clients that decode themselves.
 * @throws ParseError where a member is missing or malformed.
 */
export function readSessionRequest(request: JsonObject): SessionRequest {
  const details = objectMember(request, "methodDetails");
  const suggestedDeposit = optionalText(request, "suggestedDeposit", parseAmount);
  const channel = within("methodDetails", () => readChannelState(details));
  const offer: Offer = {
    price: textMember(request, "amount", parseAmount),
    manager: within("methodDetails", () => ({
      chainId: readChainId(member(details, "chainId")),
      contract: textMember(details, "escrowContract", parseParty),
    })),
    token: textMember(request, "currency", parseParty),
    receiver: textMember(request, "recipient", parseParty),
    receiverSigner: optionalText(details, "recipientSigner", parseAddress) ?? ZERO_ADDRESS,
    challengePeriod: within("challengePeriod", () => period(member(details, "challengePeriod"))),
    ...(suggestedDeposit !== undefined && { suggestedDeposit }),
  };
  return { offer, ...(channel !== undefined && { channel }) };
}

/** A chain id from a JSON number. @throws ParseError */
export function readChainId(value: unknown): bigint {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new ParseError("chainId: not a whole number", "Send chainId as a JSON number.");
  }
  return BigInt(value as number);
}
