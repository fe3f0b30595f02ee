import { readFileSync } from "node:fs";
import { channelId, parseAmount, parseHash, parseSignature, parseTerms } from "@rmps/proofs";
import { senderSide, verifyBalanceProof, type Hex, type Terms } from "@rmps/proofs";
import type { Chain } from "./chain.ts";
import { OperatorError } from "./command.ts";

/** What defends a channel: its terms and the best proof. Whoever has it can settle, and nothing else. */
export interface Bundle {
  id: Hex;
  terms: Terms;
  /** The receiver's new total, at most `balance`; both in the token's smallest unit. */
  amount: bigint;
  balance: bigint;
  proof: Hex;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown, name: string): string {
  const part = field(value, name);
  return typeof part === "string" || typeof part === "number" ? String(part) : "";
}

/**
 * One bundle in the form of the receiver's API.
 * @throws OperatorError where it is malformed, of another chain, contract or channel than it says, or proves nothing:
 * the manager passes such a row over without a word.
 */
export function parseBundle(source: unknown, { chainId, contract }: Pick<Chain, "chainId" | "contract">): Bundle {
  const terms = field(source, "terms");
  try {
    const bundle: Bundle = {
      id: parseHash(text(source, "channel_id")),
      terms: parseTerms({
        sender: text(terms, "sender") as Hex,
        senderSigner: text(terms, "sender_signer") as Hex,
        receiver: text(terms, "receiver") as Hex,
        receiverSigner: text(terms, "receiver_signer") as Hex,
        token: text(terms, "token") as Hex,
        challengePeriod: Number(text(terms, "challenge_period")),
        salt: text(terms, "salt") as Hex,
      }),
      amount: parseAmount(text(source, "amount")),
      balance: parseAmount(text(source, "balance")),
      proof: parseSignature(text(source, "proof")),
    };
    const here = text(source, "chain_id") === chainId.toString() && text(source, "contract").toLowerCase() === contract;
    if (!here) throw new OperatorError(`it is of another chain or contract than ${chainId}, ${contract}`);
    if (channelId(bundle.terms, { chainId, contract }) !== bundle.id)
      throw new OperatorError("its id is not its terms'");
    if (bundle.amount > bundle.balance) throw new OperatorError("its amount is above its balance");
    const message = { chainId, contract, channelId: bundle.id, balance: bundle.balance };
    if (!verifyBalanceProof(message, bundle.proof, senderSide(bundle.terms)))
      throw new OperatorError("its proof is not its sender's");
    return bundle;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`Bundle of ${text(source, "channel_id") || "an unnamed channel"}: ${why}.`);
  }
}

/** The bundles of a file: one, or a list. */
export function readBundles(path: string, chain: Pick<Chain, "chainId" | "contract">): Bundle[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new OperatorError(`${path} cannot be read as JSON.`);
  }
  const list: unknown[] = Array.isArray(content) ? content : [content];
  return list.map((source) => parseBundle(source, chain));
}
