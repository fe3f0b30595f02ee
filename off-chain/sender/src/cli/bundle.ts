import {
  channelId,
  parseAddress,
  parseAmount,
  parseHash,
  parseSignature,
  parseTerms,
  ParseError,
  senderSide,
  verifyBalanceProof,
  type Address,
  type Hex,
  type Terms,
} from "@rmps/proofs";

/** What a watchtower needs to defend a receiver: no key, but a secret all the same. */
export interface Bundle {
  chainId: bigint;
  contract: Address;
  id: Hex;
  terms: Terms;
  /** What the receiver is to have in total. */
  amount: bigint;
  /** What the sender signed for, at least `amount`. */
  balance: bigint;
  proof: Hex;
}

/**
 * Reads what a receiver exported (`GET /channels/{sender}/{id}/proof`): one bundle, or a list of them.
 * @throws ParseError where a bundle is malformed, its proof does not verify, or its amount is above the proof.
 */
export function parseBundles(text: string): Bundle[] {
  const json: unknown = parseJson(text);
  return (Array.isArray(json) ? json : [json]).map(parseBundle);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ParseError("not JSON", "Export the bundle again.");
  }
}

type Json = Record<string, unknown>;

function textOf(row: Json, name: string): string {
  const value = row[name];
  if (typeof value === "string") return value;
  if (typeof value === "number") return value.toString();
  throw new ParseError(`${name} is missing`, "Export the bundle again.");
}

function parseBundle(value: unknown): Bundle {
  const row = (value ?? {}) as Json;
  const named = (row["terms"] ?? {}) as Json;
  const terms = parseTerms({
    sender: parseAddress(textOf(named, "sender")),
    senderSigner: parseAddress(textOf(named, "sender_signer")),
    receiver: parseAddress(textOf(named, "receiver")),
    receiverSigner: parseAddress(textOf(named, "receiver_signer")),
    token: parseAddress(textOf(named, "token")),
    challengePeriod: parseAmount(textOf(named, "challenge_period")),
    salt: parseHash(textOf(named, "salt")),
  });
  const manager = { chainId: parseAmount(textOf(row, "chain_id")), contract: parseAddress(textOf(row, "contract")) };
  const bundle: Bundle = {
    ...manager,
    id: channelId(terms, manager),
    terms,
    amount: parseAmount(textOf(row, "amount")),
    balance: parseAmount(textOf(row, "balance")),
    proof: parseSignature(textOf(row, "proof")),
  };
  const { id, balance, proof, amount } = bundle;
  if (amount > balance) throw new ParseError("the amount is above the proof", "Export the bundle again.");
  if (!verifyBalanceProof({ ...manager, channelId: id, balance }, proof, senderSide(terms))) {
    throw new ParseError("the proof does not verify", "Export the bundle again, from the same chain and contract.");
  }
  return bundle;
}
