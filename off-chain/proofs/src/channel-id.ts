import { hexInto, toHex, type Hex } from "./hex.ts";
import { keccak256 } from "./keccak/keccak.ts";
import type { Manager } from "./manager.ts";
import { ParseError } from "./parse.ts";
import { ENCODED_TERMS_LENGTH, encodeTermsInto, type Terms } from "./terms.ts";
import { uint256Into } from "./uint.ts";

/**
 * The channel's id: `keccak256(abi.encode(chainId, manager, terms))`.
 * @param manager with the chain id at the deployment of the contract, which differs from the live one only on a fork
 * of a chain that took a new id.
 * @throws ParseError where the terms or the manager are malformed.
 */
export function channelId(terms: Terms, manager: Manager): Hex {
  const bytes = new Uint8Array(64 + ENCODED_TERMS_LENGTH);
  const view = new DataView(bytes.buffer);
  if (!uint256Into(manager.chainId, view, 0) || !hexInto(manager.contract, bytes, 44, 20)) {
    throw new ParseError(
      "malformed manager",
      "Give the chain id as a bigint and the contract as 0x and 40 hex digits.",
    );
  }
  encodeTermsInto(terms, bytes, 64);
  return toHex(keccak256(bytes));
}
