import type { Address } from "./parse.ts";

/** Where a channel lives: the signing domain of its messages. */
export interface Manager {
  /** EIP-155 chain id. */
  chainId: bigint;
  /** Address of the `ChannelManager`. */
  contract: Address;
}
