import type { Hex } from "@rmps/proofs";
import { hexlify, randomBytes } from "ethers";

/** A private key that nobody has used. */
export function generatePrivateKey(): Hex {
  return hexlify(randomBytes(32)) as Hex;
}
