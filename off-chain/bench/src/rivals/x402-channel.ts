import { addressOf, type Hex } from "@rmps/proofs";
import { computeChannelId, type ChannelConfig } from "@x402/evm/batch-settlement/client";
import { getAddress } from "viem";
import { RECEIVER, payerKey } from "../world.ts";

/** Base Sepolia, for which the x402 packages know a token. */
export const NETWORK = "eip155:84532";

/** That token: USDC. */
export const USDC: Hex = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

/** The x402 contract for channels, the same on all chains; part of the signing domain. */
export const VOUCHER_DOMAIN_NAME = "x402 Batch Settlement";

/** Seconds: the least that x402 allows. */
const WITHDRAW_DELAY = 900;

/** The configuration of channel `index` as x402 clients build it, and its id. */
export function channelOf(index: number) {
  const payer = getAddress(addressOf(payerKey(index)));
  const config: ChannelConfig = {
    payer,
    payerAuthorizer: payer,
    receiver: getAddress(RECEIVER),
    receiverAuthorizer: getAddress(RECEIVER),
    token: USDC,
    withdrawDelay: WITHDRAW_DELAY,
    salt: `0x${"00".repeat(32)}`,
  };
  return { config, id: computeChannelId(config, NETWORK) };
}
