import { BATCH_SETTLEMENT_ADDRESS, BATCH_SETTLEMENT_DOMAIN, voucherTypes } from "@x402/evm";
import { channelOf } from "../rivals/x402-channel.ts";
import { PRICE, payerKey } from "../world.ts";
import { unpaid, type Voucher } from "./prepare.ts";
import { signVoucher } from "./typed.ts";

interface PaymentRequired {
  readonly resource: unknown;
  readonly accepts: readonly unknown[];
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

/** x402's `PAYMENT-SIGNATURE` with a voucher, for the requirements that the server stated. */
export const voucher: Voucher = async ({ port, connections }) => {
  const stated = (await unpaid(port)).get("payment-required") ?? "";
  const offer = JSON.parse(Buffer.from(stated, "base64").toString()) as PaymentRequired;
  const domain = { ...BATCH_SETTLEMENT_DOMAIN, chainId: 84532, verifyingContract: BATCH_SETTLEMENT_ADDRESS };
  const channels = Array.from({ length: connections }, (_, index) => channelOf(index));
  return (index, turn) => {
    const { config, id } = channels[index]!;
    const total = PRICE * BigInt(turn + 1);
    const message = { channelId: id, maxClaimableAmount: total };
    const signature = signVoucher({ domain, types: voucherTypes, message }, payerKey(index));
    const payload = {
      type: "voucher",
      channelConfig: config,
      voucher: { channelId: id, maxClaimableAmount: String(total), signature },
    };
    return {
      "PAYMENT-SIGNATURE": base64({ x402Version: 2, resource: offer.resource, accepted: offer.accepts[0], payload }),
    };
  };
};
