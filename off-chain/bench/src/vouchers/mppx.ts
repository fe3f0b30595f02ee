import { Challenge, Credential } from "mppx";
import { Session } from "mppx/tempo";
import { CHAIN_ID, ESCROW, channelOf } from "../rivals/mppx-channel.ts";
import { CONNECTIONS, PRICE, payerKey } from "../world.ts";
import { remembered } from "./remembered.ts";
import { signVoucher } from "./typed.ts";
import { unpaid, type Voucher } from "./voucher.ts";

const { Voucher: vouchers } = Session.Precompile;
const domain = vouchers.getVoucherDomain(ESCROW, CHAIN_ID);
const channels = Array.from({ length: CONNECTIONS }, (_, index) => channelOf(index));
const totalOf = (turn: number): bigint => PRICE * BigInt(turn + 1);
const signatureOf = remembered((index, turn) => {
  const message = { channelId: channels[index]!.id, cumulativeAmount: totalOf(turn) };
  return signVoucher({ domain, types: vouchers.voucherTypes, message }, payerKey(index));
});

/** mppx's `Authorization: Payment`, always for the same challenge, which stays good until it expires. */
export const voucher: Voucher = async (port) => {
  const challenge = Challenge.deserialize((await unpaid(port)).get("www-authenticate") ?? "");
  return (index, turn) => {
    const { descriptor, id } = channels[index]!;
    const payload = {
      action: "voucher",
      channelId: id,
      cumulativeAmount: String(totalOf(turn)),
      descriptor,
      signature: signatureOf(index, turn),
    };
    const source = `did:pkh:eip155:${CHAIN_ID}:${descriptor.payer}`;
    return { Authorization: Credential.serialize({ challenge, payload, source }) };
  };
};
