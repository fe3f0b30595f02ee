import { type Address } from "./hex.ts";

/** Constructor arguments of `MicroToken` and `FaucetToken`. All of them are part of the token's address. */
export interface TokenArguments {
  /** The token's name, also of its signing domain. */
  name: string;
  /** The token's symbol. */
  symbol: string;
  /** How many decimal places people see, 0 to 77. */
  decimals: number;
  /** The initial supply, in the smallest unit. */
  supply: bigint;
  /** Who gets the initial supply. */
  holder: Address;
}

/**
 * Chains of one family have equal addresses: `faucet` on test networks, `micro` elsewhere.
 * With other arguments than the family's, the token and the manager that believes it get other addresses.
 */
export type Family = "micro" | "faucet";

/** Account #0 of Hardhat's and anvil's well-known mnemonic, whose key everybody knows: the holder on chain 31337 only. */
export const HARDHAT_ACCOUNT_0: Address = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

/** Hardhat's and anvil's chain id: a chain that is gone tomorrow. */
export const LOCAL_CHAIN_ID = 31337n;

/** Chains of the `faucet` family, by chain id. Sources: the chains' own documentation and chainlist.org. */
export const TEST_NETWORKS: ReadonlyMap<bigint, string> = new Map([
  [11155111n, "Sepolia"],
  [560048n, "Hoodi"],
  [84532n, "Base Sepolia"],
  [11155420n, "OP Sepolia"],
  [421614n, "Arbitrum Sepolia"],
  [80002n, "Polygon Amoy"],
]);

/** The token of the local chain: a thousand million MIC for Hardhat's account #0, which hands them out. */
export const LOCAL_TOKEN: TokenArguments = {
  name: "MicroToken",
  symbol: "MIC",
  decimals: 18,
  supply: 10n ** 27n,
  holder: HARDHAT_ACCOUNT_0,
};

/**
 * The token of the test networks: nothing to begin with, so that no one's address is part of its own; everybody drips.
 * (The constructor wants a holder even of nothing; this one can never send.)
 */
export const FAUCET_TOKEN: TokenArguments = {
  name: "Test MicroToken",
  symbol: "tMIC",
  decimals: 18,
  supply: 0n,
  holder: "0x000000000000000000000000000000000000dead",
};

/** The family of a chain. */
export function familyOf(chainId: bigint): Family {
  return TEST_NETWORKS.has(chainId) ? "faucet" : "micro";
}
