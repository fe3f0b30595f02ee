/** The same little world for every contender: its payers, its price, its content. */
import type { Address, Hex, Manager, Terms } from "@rmps/proofs";
import { addressOf, ZERO_ADDRESS } from "@rmps/proofs";
import type { Offer } from "@rmps/wire";

/** Connections of the load generator, and channels: one each, so that rivals that allow one request a channel can run. */
export const CONNECTIONS = 64;

/** Channels that every store of ours is filled with: enough for the most connections of any part. */
export const CHANNELS = 4 * CONNECTIONS;

/** Price of a request, in the token's smallest unit. */
export const PRICE = 1_000n;

/** Deposit of each channel, far above what a run can spend. */
export const DEPOSIT = 10n ** 15n;

/** What is sold: short, so that the payment is what is measured. */
export const CONTENT = "What you paid for: sixty-four bytes of plain text, and no more.\n";

/** Path of what is sold. */
export const PATH = "/paid";

/** Bits that keep the generated keys far from small numbers. */
const KEY_BASE = 0x5eed_0000_0000_0000n << 128n;

/** The private key of payer `index` (0 or more). Worth nothing anywhere. */
export function payerKey(index: number): Hex {
  return `0x${(KEY_BASE + BigInt(index + 1)).toString(16).padStart(64, "0")}`;
}

/** Where our channels live: numbers only, no chain is asked while requests are served. */
export const MANAGER: Manager = { chainId: 31337n, contract: "0x00000000000000000000000000000000000000aa" };

/** The token of every channel. */
export const TOKEN: Address = "0x00000000000000000000000000000000000000bb";

/** The receiver of every channel. */
export const RECEIVER: Address = "0x00000000000000000000000000000000000000cc";

/** 24 hours. */
export const CHALLENGE_PERIOD = 86_400;

/** What our receiver asks for. */
export const OFFER = {
  gatewayPath: "/api/1",
  price: PRICE,
  manager: MANAGER,
  token: TOKEN,
  receiver: RECEIVER,
  receiverSigner: ZERO_ADDRESS,
  challengePeriod: CHALLENGE_PERIOD,
  suggestedDeposit: 100n * PRICE,
} as const satisfies Offer;

/** The terms of channel `index`, opened by payer `index`. */
export function termsOf(index: number): Terms {
  return {
    sender: addressOf(payerKey(index)),
    senderSigner: ZERO_ADDRESS,
    receiver: RECEIVER,
    receiverSigner: ZERO_ADDRESS,
    token: TOKEN,
    challengePeriod: CHALLENGE_PERIOD,
    salt: `0x${index.toString(16).padStart(64, "0")}`,
  };
}
