import { parseAddress, parseAmount, parseHash, parseSignature } from "@rmps/proofs";
import type { HeaderMap, HeaderSource } from "../headers.ts";
import type { OutgoingPayment, Payment } from "../payment.ts";
import { RDN } from "./names.ts";
import { optional, raw, required } from "./read.ts";

const PROOF = [RDN.channelId, RDN.balance, RDN.signature] as const;

/** The payment in the RDN headers of a request. One of the three that make a proof is taken for an attempt. */
export function readPayment(headers: HeaderSource): Payment | undefined {
  if (PROOF.every((name) => raw(headers, name) === undefined)) return undefined;
  const maxPrice = optional(headers, RDN.price, parseAmount);
  const contract = optional(headers, RDN.contract, parseAddress);
  const receiver = optional(headers, RDN.receiver, parseAddress);
  const sender = optional(headers, RDN.sender, parseAddress);
  return {
    dialect: "rdn",
    channelId: required(headers, RDN.channelId, parseHash),
    balance: required(headers, RDN.balance, parseAmount),
    signature: required(headers, RDN.signature, parseSignature),
    ...(maxPrice !== undefined && { maxPrice }),
    claims: {
      ...(contract !== undefined && { contract }),
      ...(receiver !== undefined && { receiver }),
      ...(sender !== undefined && { sender }),
    },
  };
}

/** The RDN headers of a request that pays. */
export function writePayment({ channelId, balance, signature, maxPrice, claims }: OutgoingPayment): HeaderMap {
  return {
    [RDN.channelId]: channelId,
    [RDN.balance]: balance.toString(),
    [RDN.signature]: signature,
    ...(maxPrice !== undefined && { [RDN.price]: maxPrice.toString() }),
    ...(claims?.contract !== undefined && { [RDN.contract]: claims.contract }),
    ...(claims?.receiver !== undefined && { [RDN.receiver]: claims.receiver }),
    ...(claims?.sender !== undefined && { [RDN.sender]: claims.sender }),
  };
}
