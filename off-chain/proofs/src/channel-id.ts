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

/**
 * The nonce under which the sender authorizes a deposit by ERC-3009: `keccak256(abi.encode(id, nonceSalt))` with the
 * lowest 64 bits cleared, so that the authorization is worthless for any other channel.
 * @param nonceSalt 32 bytes, new for each deposit.
 * @throws ParseError where either is not 32 bytes.
 */
export function authorizationNonce(id: Hex, nonceSalt: Hex): Hex {
  const bytes = new Uint8Array(64);
  if (!hexInto(id, bytes, 0, 32) || !hexInto(nonceSalt, bytes, 32, 32)) {
    throw new ParseError("malformed id or salt", "Give both as 0x and 64 hex digits.");
  }
  return toHex(keccak256(bytes).fill(0, 24));
}
