import { BATCH_SETTLEMENT_ADDRESS, BATCH_SETTLEMENT_DOMAIN, voucherTypes } from "@x402/evm";
import { channelOf } from "../rivals/x402-channel.ts";
import { CONNECTIONS, PRICE, payerKey } from "../world.ts";
import { remembered } from "./remembered.ts";
import { signVoucher } from "./typed.ts";
import { unpaid, type Voucher } from "./voucher.ts";

interface PaymentRequired {
  readonly resource: unknown;
  readonly accepts: readonly unknown[];
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

const domain = { ...BATCH_SETTLEMENT_DOMAIN, chainId: 84532, verifyingContract: BATCH_SETTLEMENT_ADDRESS };
const channels = Array.from({ length: CONNECTIONS }, (_, index) => channelOf(index));
const totalOf = (turn: number): bigint => PRICE * BigInt(turn + 1);
const signatureOf = remembered((index, turn) => {
  const message = { channelId: channels[index]!.id, maxClaimableAmount: totalOf(turn) };
  return signVoucher({ domain, types: voucherTypes, message }, payerKey(index));
});

/** x402's `PAYMENT-SIGNATURE` with a voucher, for the requirements that the server stated. */
export const voucher: Voucher = async (port) => {
  const stated = (await unpaid(port)).get("payment-required") ?? "";
  const offer = JSON.parse(Buffer.from(stated, "base64").toString()) as PaymentRequired;
  return (index, turn) => {
    const { config, id } = channels[index]!;
    const payload = {
      type: "voucher",
      channelConfig: config,
      voucher: { channelId: id, maxClaimableAmount: String(totalOf(turn)), signature: signatureOf(index, turn) },
    };
    return {
      "PAYMENT-SIGNATURE": base64({ x402Version: 2, resource: offer.resource, accepted: offer.accepts[0], payload }),
    };
  };
};
