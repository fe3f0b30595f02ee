import { channelId, signBalanceProof, type Hex } from "@rmps/proofs";
import { MANAGER, PRICE, payerKey, termsOf } from "../world.ts";
import { remembered } from "./remembered.ts";

const ids: Hex[] = [];

/** The id of channel `index`. */
export function idOf(index: number): Hex {
  return (ids[index] ??= channelId(termsOf(index), MANAGER));
}

/** What a channel has promised in total with its request `turn` (0, 1, …). */
export function balanceOf(turn: number): bigint {
  return PRICE * BigInt(turn + 1);
}

/** Our proof for request `turn` of channel `index`. */
export const signatureOf = remembered((index, turn) =>
  signBalanceProof({ ...MANAGER, channelId: idOf(index), balance: balanceOf(turn) }, payerKey(index)),
);
