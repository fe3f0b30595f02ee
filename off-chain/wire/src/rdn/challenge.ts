import { ParseError, ZERO_ADDRESS, parseAddress, parseAmount, parseHash, parseSignature } from "@rmps/proofs";
import { parseGatewayPath, parseParty, parsePeriod } from "../field.ts";
import { safeValue, type HeaderMap, type HeaderSource } from "../headers.ts";
import {
  namedSigner,
  type Challenge,
  type ChannelView,
  type Offer,
  type ReceivedChallenge,
  type Reason,
} from "../offer.ts";
import { reasonOf } from "../reason.ts";
import type { Refusal } from "../refusal.ts";
import { RDN, type RdnHeader } from "./names.ts";
import { optional, raw, required } from "./read.ts";

/** The RDN headers of a 402. */
export function writeChallenge({ offer, refusal, channel }: Challenge): HeaderMap {
  return { ...writeOffer(offer), ...(channel && writeChannel(channel)), ...(refusal && writeReason(refusal)) };
}

function writeOffer(offer: Offer): HeaderMap {
  const signer = namedSigner(offer);
  return {
    ...(offer.gatewayPath !== undefined && { [RDN.gatewayPath]: safeValue(RDN.gatewayPath, offer.gatewayPath) }),
    [RDN.price]: offer.price.toString(),
    [RDN.chainId]: offer.manager.chainId.toString(),
    [RDN.contract]: offer.manager.contract,
    [RDN.token]: offer.token,
    [RDN.receiver]: offer.receiver,
    ...(signer !== undefined && { [RDN.receiverSigner]: signer }),
    [RDN.challengePeriod]: offer.challengePeriod.toString(),
  };
}

function writeChannel({ channelId, sender, accepted, spent, deposit, proof }: ChannelView): HeaderMap {
  return {
    [RDN.channelId]: channelId,
    [RDN.sender]: sender,
    [RDN.balance]: accepted.toString(),
    [RDN.spent]: spent.toString(),
    [RDN.deposit]: deposit.toString(),
    ...(proof !== undefined && { [RDN.signature]: proof }),
  };
}

const SIGNS: Record<Reason["sign"], RdnHeader> = {
  "nonexisting-channel": RDN.nonexistingChannel,
  "insufficient-confirmations": RDN.insufficientConfirmations,
  "invalid-balance-proof": RDN.invalidBalanceProof,
  "invalid-amount": RDN.invalidAmount,
};

function writeReason(refusal: Refusal): HeaderMap {
  const reason = reasonOf(refusal);
  if (reason === undefined) return {};
  return { [SIGNS[reason.sign]]: (reason.missingConfirmations ?? 1).toString() };
}

/** The RDN headers of a 402, or undefined where there is no price in them. */
export function readChallenge(headers: HeaderSource): ReceivedChallenge | undefined {
  if (raw(headers, RDN.price) === undefined) return undefined;
  const channel = readChannel(headers);
  const reason = readReason(headers);
  return {
    offer: readOffer(headers),
    ...(channel !== undefined && { channel }),
    ...(reason !== undefined && { reason }),
    echo: { dialect: "rdn" },
  };
}

function readOffer(headers: HeaderSource): Offer {
  const gatewayPath = optional(headers, RDN.gatewayPath, parseGatewayPath);
  return {
    ...(gatewayPath !== undefined && { gatewayPath }),
    price: required(headers, RDN.price, parseAmount),
    manager: {
      chainId: required(headers, RDN.chainId, parseAmount),
      contract: required(headers, RDN.contract, parseParty),
    },
    token: required(headers, RDN.token, parseParty),
    receiver: required(headers, RDN.receiver, parseParty),
    receiverSigner: optional(headers, RDN.receiverSigner, parseAddress) ?? ZERO_ADDRESS,
    challengePeriod: required(headers, RDN.challengePeriod, parsePeriod),
  };
}

function readChannel(headers: HeaderSource): ChannelView | undefined {
  const names = [RDN.channelId, RDN.sender, RDN.balance, RDN.spent, RDN.deposit, RDN.signature];
  if (!names.some((name) => raw(headers, name) !== undefined)) return undefined;
  const proof = optional(headers, RDN.signature, parseSignature);
  return {
    channelId: required(headers, RDN.channelId, parseHash),
    sender: required(headers, RDN.sender, parseParty),
    accepted: required(headers, RDN.balance, parseAmount),
    spent: required(headers, RDN.spent, parseAmount),
    deposit: required(headers, RDN.deposit, parseAmount),
    ...(proof !== undefined && { proof }),
  };
}

function readReason(headers: HeaderSource): Reason | undefined {
  for (const [sign, name] of Object.entries(SIGNS) as [Reason["sign"], RdnHeader][]) {
    if (raw(headers, name) === undefined) continue;
    if (sign === "insufficient-confirmations") {
      return { sign, missingConfirmations: required(headers, name, parseCount) };
    }
    required(headers, name, parseFlag);
    return { sign };
  }
  return undefined;
}

function parseCount(text: string): number {
  const count = parseAmount(text);
  if (count > BigInt(Number.MAX_SAFE_INTEGER)) throw new ParseError("not a count", "Give a number of blocks.");
  return Number(count);
}

function parseFlag(text: string): true {
  if (text !== "1") throw new ParseError("not a flag", "Send 1, or leave it out.");
  return true;
}
