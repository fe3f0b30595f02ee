import { senderSide, signBalanceProof, verifyBalanceProof } from "@rmps/proofs";
import { writePayment, type ChannelView, type HeaderMap } from "@rmps/wire";
import type { ChannelRecord } from "../book/record.ts";
import type { Wallet } from "../channel/wallet.ts";

type Signed = Pick<ChannelRecord, "chainId" | "contract" | "id" | "terms">;

/**
 * Signs a balance, and writes the headers that pay with it. The balance must be durable in the book before.
 * @param maxPrice the most that the request may be charged, which is sent along.
 */
export async function paymentHeaders(
  wallet: Wallet,
  { chainId, contract, id, terms }: Signed,
  balance: bigint,
  maxPrice: bigint,
): Promise<HeaderMap> {
  const key = wallet.keyOf(senderSide(terms));
  if (key === undefined) throw new Error("no key for a channel of ours");
  const proof = { chainId, contract, channelId: id, balance };
  const raw = typeof key === "string" || key instanceof Uint8Array;
  const signature = raw ? signBalanceProof(proof, key) : await signBalanceProof(proof, key);
  const { token, receiver, sender } = terms;
  const claims = { chainId, contract, token, receiver, sender };
  return writePayment({ channelId: id, balance, signature, maxPrice, claims });
}

/** Nothing that a receiver says about balances counts, unless it comes with our own signature of it. */
export function isOurProof({ chainId, contract, id, terms }: Signed, view: ChannelView): boolean {
  const { channelId, accepted, proof } = view;
  if (channelId !== id || proof === undefined) return false;
  return verifyBalanceProof({ chainId, contract, channelId, balance: accepted }, proof, senderSide(terms));
}
