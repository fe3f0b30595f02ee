import { channelId, signBalanceProof } from "@rmps/proofs";
import { MANAGER, PRICE, payerKey, termsOf } from "../world.ts";
import type { Voucher } from "./prepare.ts";

/** Our own headers. */
export const voucher: Voucher = ({ connections }) => {
  const payers = Array.from({ length: connections }, (_, index) => ({
    key: payerKey(index),
    id: channelId(termsOf(index), MANAGER),
  }));
  return Promise.resolve((index, turn) => {
    const { key, id } = payers[index]!;
    const balance = PRICE * BigInt(turn + 1);
    return {
      "RDN-Channel-Id": id,
      "RDN-Sender-Balance": String(balance),
      "RDN-Balance-Signature": signBalanceProof({ ...MANAGER, channelId: id, balance }, key),
    };
  });
};
