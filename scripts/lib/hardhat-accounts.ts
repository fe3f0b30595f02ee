import { HDNodeWallet } from "ethers";

/** The public development mnemonic of Hardhat's accounts. Never send real money to any of them. */
export const HARDHAT_MNEMONIC = "test test test test test test test test test test test junk";

/** One of Hardhat's well-known accounts, whose keys everybody has. @param index from 0 up to below 2³¹. */
export function hardhatAccount(index: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(HARDHAT_MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`);
}
