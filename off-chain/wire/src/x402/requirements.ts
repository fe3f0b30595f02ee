import { ParseError, ZERO_ADDRESS, parseAddress, parseAmount, type Address } from "@rmps/proofs";
import { parseParty, period, within } from "../field.ts";
import { readChannelState, writeChannelState } from "../json/channel-state.ts";
import { exactly, member, objectMember, optionalText, textMember, type JsonObject } from "../json/members.ts";
import { namedSigner, type ChannelView, type Offer } from "../offer.ts";
import { MAX_TIMEOUT_SECONDS, X402_SCHEME } from "./names.ts";

/** CAIP-2 name of a chain. */
export function networkOf(chainId: bigint): string {
  return `eip155:${chainId}`;
}

/** The chain id in the CAIP-2 name of an EVM chain. @throws ParseError */
export function parseNetwork(text: string): bigint {
  if (!text.startsWith("eip155:")) throw new ParseError("not an EVM chain", "Send eip155: and the chain id.");
  return parseAmount(text.slice(7));
}

/** One of the `accepts` of a 402. */
export function writeRequirements(offer: Offer, channel: ChannelView | undefined): JsonObject {
  return {
    scheme: X402_SCHEME,
    network: networkOf(offer.manager.chainId),
    amount: offer.price.toString(),
    asset: offer.token,
    payTo: offer.receiver,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    extra: {
      escrow: offer.manager.contract,
      receiverSigner: namedSigner(offer),
      challengePeriod: offer.challengePeriod,
      suggestedDeposit: offer.suggestedDeposit?.toString(),
      ...writeChannelState(channel),
    },
  };
}

/** What requirements are matched on: scheme, network, asset, payTo and escrow, and the price as the most to be charged. */
export interface Matched {
  readonly price: bigint;
  readonly chainId: bigint;
  readonly contract: Address;
  readonly token: Address;
  readonly receiver: Address;
}

/** The part of requirements that must match, leaving aside all other state in `extra`. @throws ParseError */
export function readMatched(requirements: JsonObject): Matched {
  textMember(requirements, "scheme", exactly(X402_SCHEME));
  const extra = objectMember(requirements, "extra");
  return {
    price: textMember(requirements, "amount", parseAmount),
    chainId: textMember(requirements, "network", parseNetwork),
    contract: within("extra", () => textMember(extra, "escrow", parseParty)),
    token: textMember(requirements, "asset", parseParty),
    receiver: textMember(requirements, "payTo", parseParty),
  };
}

/** What requirements offer, and to whom. */
export interface Requirements {
  readonly offer: Offer;
  readonly channel?: ChannelView;
}

/**
 * The offer in one of the `accepts` of scheme `rmps-channel`; for plug-ins of clients that decode themselves.
 * @throws ParseError where a member is missing or malformed.
 */
export function readRequirements(requirements: JsonObject): Requirements {
  const { price, chainId, contract, token, receiver } = readMatched(requirements);
  const extra = objectMember(requirements, "extra");
  return within("extra", () => {
    const suggestedDeposit = optionalText(extra, "suggestedDeposit", parseAmount);
    const channel = readChannelState(extra);
    const offer: Offer = {
      price,
      manager: { chainId, contract },
      token,
      receiver,
      receiverSigner: optionalText(extra, "receiverSigner", parseAddress) ?? ZERO_ADDRESS,
      challengePeriod: within("challengePeriod", () => period(member(extra, "challengePeriod"))),
      ...(suggestedDeposit !== undefined && { suggestedDeposit }),
    };
    return { offer, ...(channel !== undefined && { channel }) };
  });
}
