import { senderSide, signBalanceProof, verifyBalanceProof, type Hex } from "@rmps/proofs";
import { writePayment, type ChannelView, type HeaderMap } from "@rmps/wire";
import type { ChannelRecord } from "../book/record.ts";
import type { Wallet } from "../channel/wallet.ts";

type Signed = Pick<ChannelRecord, "chainId" | "contract" | "id" | "terms">;

/** Signs a balance of a channel. It must be durable in the book before. */
export async function signBalance(wallet: Wallet, channel: Signed, balance: bigint): Promise<Hex> {
  const { chainId, contract, id, terms } = channel;
  const key = wallet.keyOf(senderSide(terms));
  if (key === undefined) throw new Error("no key for a channel of ours");
  const proof = { chainId, contract, channelId: id, balance };
  const raw = typeof key === "string" || key instanceof Uint8Array;
  return raw ? signBalanceProof(proof, key) : await signBalanceProof(proof, key);
}

/**
 * Signs a balance, and writes the headers that pay with it.
 * @param maxPrice the most that the request may be charged, which is sent along.
 */
export async function paymentHeaders(
  wallet: Wallet,
  channel: Signed,
  balance: bigint,
  maxPrice: bigint,
): Promise<HeaderMap> {
  const { chainId, contract, id, terms } = channel;
  const { token, receiver, sender } = terms;
  const claims = { chainId, contract, token, receiver, sender };
  const signature = await signBalance(wallet, channel, balance);
  return writePayment({ channelId: id, balance, signature, maxPrice, claims });
}

/** Nothing that a receiver says about balances counts, unless it comes with our own signature of it. */
export function isOurProof({ chainId, contract, id, terms }: Signed, view: ChannelView): boolean {
  const { channelId, accepted, proof } = view;
  if (channelId !== id || proof === undefined) return false;
  return verifyBalanceProof({ chainId, contract, channelId, balance: accepted }, proof, senderSide(terms));
}
