import { addressOf, type Hex } from "@rmps/proofs";
import { Session } from "mppx/tempo";
import { getAddress } from "viem";
import { RECEIVER, payerKey } from "../world.ts";

/** Tempo's main network and its dollar: what mppx takes by default. */
export const CHAIN_ID = 4217;
export const CURRENCY: Hex = "0x20C000000000000000000000b9537d11c60E8b50";

/** The escrow contract that mppx uses by default on Tempo. */
export const ESCROW: Hex = Session.Precompile.Constants.tip20ChannelEscrow;

const ZERO: Hex = "0x0000000000000000000000000000000000000000";

/** The descriptor of channel `index`, and its id. */
export function channelOf(index: number) {
  const payer = getAddress(addressOf(payerKey(index)));
  const descriptor = {
    payer,
    payee: getAddress(RECEIVER),
    operator: ZERO,
    token: CURRENCY,
    salt: `0x${index.toString(16).padStart(64, "0")}`,
    authorizedSigner: payer,
    expiringNonceHash: `0x${"11".repeat(32)}`,
  };
  const id = Session.Precompile.Channel.computeId({ ...descriptor, chainId: CHAIN_ID, escrow: ESCROW }).toLowerCase();
  return { descriptor, id: id as Hex };
}
