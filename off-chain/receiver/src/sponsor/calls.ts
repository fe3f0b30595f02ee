import { IChannelManager__factory } from "@rmps/contracts";
import type { Hex } from "@rmps/proofs";
import type { SponsorRequest } from "./types.ts";

const manager = IChannelManager__factory.createInterface();

/** Calldata that makes the sender's deposit. Equal requests give equal calldata. */
export function depositCall({ terms, amount, authorization }: SponsorRequest): Hex {
  if (authorization.method === "permit2") {
    const { nonce, deadline, signature } = authorization;
    return manager.encodeFunctionData("depositWithPermit2", [terms, amount, nonce, deadline, signature]) as Hex;
  }
  const { validAfter, validBefore, nonceSalt, signature } = authorization;
  return manager.encodeFunctionData("depositWithAuthorization", [
    terms,
    amount,
    validAfter,
    validBefore,
    nonceSalt,
    signature,
  ]) as Hex;
}
