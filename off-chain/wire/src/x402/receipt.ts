import { parseAmount, parseHash } from "@rmps/proofs";
import { parseParty, within } from "../field.ts";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import { base64, fromBase64, utf8 } from "../json/base64.ts";
import { objectMember, parseObject, textMember } from "../json/members.ts";
import type { Receipt, ReceivedReceipt } from "../receipt.ts";
import { PAYMENT_RESPONSE } from "./names.ts";
import { networkOf, parseNetwork } from "./requirements.ts";

/** The `PAYMENT-RESPONSE` header of a paid answer. Nothing is sent to the chain, hence no transaction. */
export function writeReceipt({ cost, manager, sender, channelId, accepted, spent }: Receipt): HeaderMap {
  const json = JSON.stringify({
    success: true,
    transaction: "",
    network: networkOf(manager.chainId),
    payer: sender,
    extra: {
      chargedAmount: cost.toString(),
      channelState: { channelId, accepted: accepted.toString(), spent: spent.toString() },
    },
  });
  return { [PAYMENT_RESPONSE]: base64(utf8(json)) };
}

/** The receipt in a `PAYMENT-RESPONSE` header, or undefined where there is none. */
export function readReceipt(headers: HeaderSource): ReceivedReceipt | undefined {
  const text = headers(PAYMENT_RESPONSE.toLowerCase());
  if (text === undefined) return undefined;
  return within(PAYMENT_RESPONSE, () => {
    const json = parseObject(fromBase64(text));
    const extra = objectMember(json, "extra");
    const state = objectMember(extra, "channelState");
    return {
      dialect: "x402",
      chainId: textMember(json, "network", parseNetwork),
      sender: textMember(json, "payer", parseParty),
      cost: textMember(extra, "chargedAmount", parseAmount),
      channelId: textMember(state, "channelId", parseHash),
      accepted: textMember(state, "accepted", parseAmount),
      spent: textMember(state, "spent", parseAmount),
    };
  });
}
