import { authorizationNonce } from "./channel-id.ts";
import type { Hex } from "./hex.ts";
import type { Manager } from "./manager.ts";
import type { Address } from "./parse.ts";
import type { Terms } from "./terms.ts";
import type { TypedDataField } from "./typed-data.ts";

/** Permit2's address on every chain that has it, lower case (github.com/Uniswap/permit2). */
export const PERMIT2: Address = "0x000000000022d473030f116ddee9f6b43ac78ba3";

/** A deposit that the sender authorizes and anyone may submit. Times in Unix seconds. */
export interface AuthorizedDeposit {
  manager: Manager;
  terms: Terms;
  /** Of the channel with these terms. */
  id: Hex;
  /** In the token's smallest unit. */
  amount: bigint;
}

/**
 * The messages with which a sender authorizes a deposit, as ethers and viem take them; each is good for one channel
 * alone. The ERC-3009 one is signed in the token's own EIP-712 domain, the other in Permit2's.
 */
export const depositData = {
  /** Permit2's domain; it has no version. */
  permit2Domain: (chainId: bigint) => ({ name: "Permit2", chainId, verifyingContract: PERMIT2 }),
  types: {
    ReceiveWithAuthorization: {
      ReceiveWithAuthorization: [
        { name: "from", type: "address" },
        { name: "to", type: "address" },
        { name: "value", type: "uint256" },
        { name: "validAfter", type: "uint256" },
        { name: "validBefore", type: "uint256" },
        { name: "nonce", type: "bytes32" },
      ] as TypedDataField[],
    },
    PermitWitnessTransferFrom: {
      PermitWitnessTransferFrom: [
        { name: "permitted", type: "TokenPermissions" },
        { name: "spender", type: "address" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
        { name: "witness", type: "ChannelDeposit" },
      ] as TypedDataField[],
      ChannelDeposit: [{ name: "channelId", type: "bytes32" }] as TypedDataField[],
      TokenPermissions: [
        { name: "token", type: "address" },
        { name: "amount", type: "uint256" },
      ] as TypedDataField[],
    },
  },
  /**
   * ERC-3009: the token gives `amount` to the manager, and only to it, in a call of the manager's.
   * @param nonceSalt 32 bytes, new for each deposit: the nonce is made of them and the channel's id.
   */
  authorization: (
    { manager, terms, id, amount }: AuthorizedDeposit,
    { validAfter, validBefore, nonceSalt }: { validAfter: bigint; validBefore: bigint; nonceSalt: Hex },
  ) => ({
    from: terms.sender,
    to: manager.contract,
    value: amount,
    validAfter,
    validBefore,
    nonce: authorizationNonce(id, nonceSalt),
  }),
  /** Permit2: the manager may take `amount` once, for this channel. @param nonce any that the sender has not used. */
  permit: (
    { manager, terms, id, amount }: AuthorizedDeposit,
    { nonce, deadline }: { nonce: bigint; deadline: bigint },
  ) => ({
    permitted: { token: terms.token, amount },
    spender: manager.contract,
    nonce,
    deadline,
    witness: { channelId: id },
  }),
};
