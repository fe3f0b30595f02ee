import { Challenge, Credential } from "mppx";
import { Session } from "mppx/tempo";
import { CHAIN_ID, ESCROW, channelOf } from "../rivals/mppx-channel.ts";
import { PRICE, payerKey } from "../world.ts";
import { unpaid, type Voucher } from "./prepare.ts";
import { signVoucher } from "./typed.ts";

/** mppx's `Authorization: Payment`, always for the same challenge, which stays good until it expires. */
export const voucher: Voucher = async ({ port, connections }) => {
  const challenge = Challenge.deserialize((await unpaid(port)).get("www-authenticate") ?? "");
  const { Voucher: vouchers } = Session.Precompile;
  const domain = vouchers.getVoucherDomain(ESCROW, CHAIN_ID);
  const channels = Array.from({ length: connections }, (_, index) => channelOf(index));
  return (index, turn) => {
    const { descriptor, id } = channels[index]!;
    const total = PRICE * BigInt(turn + 1);
    const message = { channelId: id, cumulativeAmount: total };
    const signature = signVoucher({ domain, types: vouchers.voucherTypes, message }, payerKey(index));
    const payload = { action: "voucher", channelId: id, cumulativeAmount: String(total), descriptor, signature };
    const source = `did:pkh:eip155:${CHAIN_ID}:${descriptor.payer}`;
    return { Authorization: Credential.serialize({ challenge, payload, source }) };
  };
};
