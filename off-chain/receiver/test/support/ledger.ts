import type { PresentedProof, Verdict } from "../../src/ledger/types.ts";
import type { TestChannel } from "./channels.ts";
import type { Shop } from "./shop.ts";

export const proofOf = (channel: TestChannel, balance: bigint): PresentedProof => ({
  channelId: channel.id,
  balance,
  signature: channel.proof(balance),
});

/** What a shop's ledger says to a proof for `balance`. */
export const pay = ({ ledger }: Shop, channel: TestChannel, balance: bigint, price: bigint): Promise<Verdict> =>
  ledger.pay(proofOf(channel, balance), { price });

/** The same in one word. */
export async function codeOf(shop: Shop, channel: TestChannel, balance: bigint, price = 1n) {
  const verdict = await pay(shop, channel, balance, price);
  return verdict.kind === "refused" ? verdict.code : verdict.kind;
}
