import { parseAddress, parseAmount } from "@rmps/proofs";
import { safeValue, type HeaderMap, type HeaderSource } from "../headers.ts";
import type { Receipt, ReceivedReceipt } from "../receipt.ts";
import { RDN } from "./names.ts";
import { raw, required } from "./read.ts";

/** The RDN headers of a paid answer. */
export function writeReceipt(receipt: Receipt): HeaderMap {
  return {
    [RDN.gatewayPath]: safeValue(RDN.gatewayPath, receipt.gatewayPath),
    [RDN.cost]: receipt.cost.toString(),
    [RDN.contract]: receipt.manager.contract,
    [RDN.receiver]: receipt.receiver,
    [RDN.sender]: receipt.sender,
    [RDN.balance]: receipt.accepted.toString(),
    [RDN.spent]: receipt.spent.toString(),
  };
}

/** The receipt in the RDN headers of a paid answer, or undefined where no cost is in them. */
export function readReceipt(headers: HeaderSource): ReceivedReceipt | undefined {
  if (raw(headers, RDN.cost) === undefined) return undefined;
  return {
    dialect: "rdn",
    cost: required(headers, RDN.cost, parseAmount),
    sender: required(headers, RDN.sender, parseAddress),
    accepted: required(headers, RDN.balance, parseAmount),
    spent: required(headers, RDN.spent, parseAmount),
  };
}
