import { parseAddress, parseAmount, parseHash, ParseError, parseTerms, ZERO_ADDRESS, type Terms } from "@rmps/proofs";
import { parseParty } from "../field.ts";
import { isObject, member, optionalText, textMember, type JsonObject } from "../json/members.ts";

/** A channel's terms in the JSON of the receiver's API and of what it exports. */
export interface TermsJson {
  readonly sender: string;
  readonly sender_signer: string;
  readonly receiver: string;
  readonly receiver_signer: string;
  readonly token: string;
  /** Seconds. */
  readonly challenge_period: number;
  readonly salt: string;
}

const NAMES = new Set<string>([
  "sender",
  "sender_signer",
  "receiver",
  "receiver_signer",
  "token",
  "challenge_period",
  "salt",
] satisfies (keyof TermsJson)[]);

/** Terms in the JSON of the receiver's API. */
export function writeTerms(terms: Terms): TermsJson {
  return {
    sender: terms.sender,
    sender_signer: terms.senderSigner,
    receiver: terms.receiver,
    receiver_signer: terms.receiverSigner,
    token: terms.token,
    challenge_period: terms.challengePeriod,
    salt: terms.salt,
  };
}

/**
 * Reads terms. A signer that is absent is zero: the party itself. The period may be a number or decimal text.
 * @throws ParseError that names the member; also for one that is unknown, for a signer whose name is misspelt would
 * otherwise be taken for absent, and for terms that no channel can have.
 */
export function readTerms(value: unknown): Terms {
  if (!isObject(value)) throw new ParseError("not terms", "Send the terms of the channel as a JSON object.");
  const unknown = Object.keys(value).find((name) => !NAMES.has(name));
  if (unknown !== undefined) {
    throw new ParseError("a member that terms do not have", `Send these only: ${[...NAMES].join(", ")}.`);
  }
  return parseTerms({
    sender: textMember(value, "sender", parseParty),
    senderSigner: optionalText(value, "sender_signer", parseAddress) ?? ZERO_ADDRESS,
    receiver: textMember(value, "receiver", parseParty),
    receiverSigner: optionalText(value, "receiver_signer", parseAddress) ?? ZERO_ADDRESS,
    token: textMember(value, "token", parseParty),
    challengePeriod: periodOf(value),
    salt: textMember(value, "salt", parseHash),
  });
}

function periodOf(object: JsonObject): number | bigint {
  const period = member(object, "challenge_period");
  return typeof period === "number" ? period : textMember(object, "challenge_period", parseAmount);
}
