import {
  channelId,
  parseAddress,
  parseAmount,
  parseHash,
  ParseError,
  parseSignature,
  senderSide,
  verifyBalanceProof,
  type Address,
  type Hex,
  type Terms,
} from "@rmps/proofs";
import { within } from "../field.ts";
import { isObject, member, textMember, type JsonObject } from "../json/members.ts";
import { safeChainId } from "../payment-auth/session-request.ts";
import { readTerms, writeTerms } from "./terms.ts";

/**
 * What a watchtower needs to defend a channel: its terms and the best proof. Whoever has it can settle, and nothing else;
 * it is a secret all the same. Amounts in the token's smallest unit.
 */
export interface Bundle {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly id: Hex;
  readonly terms: Terms;
  /** What the receiver is to have in total, at most `balance`. */
  readonly amount: bigint;
  /** What the sender signed for. */
  readonly balance: bigint;
  readonly proof: Hex;
}

/** A bundle as the receiver's API gives it (`GET /channels/{sender}/{id}/proof`). */
export function writeBundle({ chainId, contract, id, terms, amount, balance, proof }: Bundle) {
  return {
    chain_id: safeChainId(chainId),
    contract,
    channel_id: id,
    terms: writeTerms(terms),
    amount: amount.toString(),
    balance: balance.toString(),
    proof,
  };
}

/**
 * Reads a bundle that can defend its channel.
 * @throws ParseError where it is malformed, its id is not that of its terms, its amount is above the proof, or the proof
 * does not verify: a manager passes such a one over without a word.
 */
export function readBundle(value: unknown): Bundle {
  if (!isObject(value)) throw new ParseError("not a bundle", "Export the bundle again: it is a JSON object.");
  const bundle: Bundle = {
    chainId: chainIdOf(value),
    contract: textMember(value, "contract", parseAddress),
    id: textMember(value, "channel_id", parseHash),
    terms: within("terms", () => readTerms(member(value, "terms"))),
    amount: textMember(value, "amount", parseAmount),
    balance: textMember(value, "balance", parseAmount),
    proof: textMember(value, "proof", parseSignature),
  };
  const { id, terms, amount, balance, proof } = bundle;
  if (channelId(terms, bundle) !== id) {
    const remedy = "Export the bundle again, from the same chain and contract.";
    throw new ParseError("its id is not that of its terms", remedy);
  }
  if (amount > balance) throw new ParseError("the amount is above the proof", "Export the bundle again.");
  if (!verifyBalanceProof({ ...bundle, channelId: id, balance }, proof, senderSide(terms))) {
    throw new ParseError("the proof is not its sender's", "Export the bundle again.");
  }
  return bundle;
}

function chainIdOf(object: JsonObject): bigint {
  const id = member(object, "chain_id");
  if (typeof id !== "number") return textMember(object, "chain_id", parseAmount);
  if (Number.isSafeInteger(id) && id >= 0) return BigInt(id);
  throw new ParseError("chain_id: not a chain", "Send the id of the chain as a whole number.");
}
