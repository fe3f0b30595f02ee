import { parseAmount, parseHash, parseSignature } from "@rmps/proofs";
import { parseParty, within } from "../field.ts";
import type { ChannelView } from "../offer.ts";
import type { Json } from "./canonical.ts";
import { member, objectMember, optionalText, textMember, type JsonObject } from "./members.ts";

/** `channelState` and `proof`, as both JSON dialects have them. */
export function writeChannelState(channel: ChannelView | undefined): { channelState?: Json; proof?: string } {
  if (channel === undefined) return {};
  const { channelId, sender, accepted, spent, deposit, proof } = channel;
  return {
    channelState: {
      channelId,
      sender,
      accepted: accepted.toString(),
      spent: spent.toString(),
      deposit: deposit.toString(),
    },
    ...(proof !== undefined && { proof }),
  };
}

/** The channel's view in an object that may have `channelState` and `proof`. @throws ParseError */
export function readChannelState(object: JsonObject): ChannelView | undefined {
  if (member(object, "channelState") === undefined) return undefined;
  const state = objectMember(object, "channelState");
  const proof = optionalText(object, "proof", parseSignature);
  return within("channelState", () => ({
    channelId: textMember(state, "channelId", parseHash),
    sender: textMember(state, "sender", parseParty),
    accepted: textMember(state, "accepted", parseAmount),
    spent: textMember(state, "spent", parseAmount),
    deposit: textMember(state, "deposit", parseAmount),
    ...(proof !== undefined && { proof }),
  }));
}
