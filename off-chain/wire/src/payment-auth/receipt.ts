import { parseAmount, parseHash } from "@rmps/proofs";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import { within } from "../field.ts";
import { base64url, fromBase64url, utf8 } from "../json/base64.ts";
import { exactly, member, parseObject, textMember } from "../json/members.ts";
import type { Receipt, ReceivedReceipt } from "../receipt.ts";
import { INTENT, METHOD, PAYMENT_RECEIPT } from "./names.ts";
import { readChainId, safeChainId } from "./session-request.ts";

/** The `Payment-Receipt` header; for answers with status 2xx only. */
export function writeReceipt(receipt: Receipt): HeaderMap {
  const { timestamp, channelId, challengeId, accepted, spent, manager } = receipt;
  const json = JSON.stringify({
    method: METHOD,
    intent: INTENT,
    status: "success",
    timestamp: new Date(timestamp).toISOString(),
    reference: channelId,
    challengeId,
    channelId,
    acceptedCumulative: accepted.toString(),
    spent: spent.toString(),
    chainId: safeChainId(manager.chainId),
  });
  return { [PAYMENT_RECEIPT]: base64url(utf8(json)) };
}

/** The receipt in a `Payment-Receipt` header, or undefined where there is none. */
export function readReceipt(headers: HeaderSource): ReceivedReceipt | undefined {
  const text = headers(PAYMENT_RECEIPT.toLowerCase());
  if (text === undefined) return undefined;
  return within(PAYMENT_RECEIPT, () => {
    const json = parseObject(fromBase64url(text));
    textMember(json, "method", exactly(METHOD));
    return {
      dialect: "payment",
      channelId: textMember(json, "channelId", parseHash),
      chainId: readChainId(member(json, "chainId")),
      accepted: textMember(json, "acceptedCumulative", parseAmount),
      spent: textMember(json, "spent", parseAmount),
    };
  });
}
