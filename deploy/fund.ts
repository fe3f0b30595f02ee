import type { Signer } from "ethers";
import { MicroToken__factory } from "../typechain-types/factories/token/MicroToken__factory.js";
import { lowerCase, type Address, type Hex } from "./hex.ts";

/** What accounts are to have. */
export interface Funding {
  token: Address;
  accounts: readonly Address[];
  /** Each account's tokens are filled up to this many, in the smallest unit. */
  tokens: bigint;
  /** Each account's ether is filled up to this many wei (default 0: none is sent). */
  wei?: bigint;
}

/**
 * Fills accounts up, from the signer's own; what an account has already counts, so a second call sends nothing.
 * @param dryRun only says what would be sent.
 * @returns one line a transfer; `hash` is absent in a dry run.
 */
export async function fundAccounts(
  signer: Signer,
  { token, accounts, tokens, wei = 0n }: Funding,
  dryRun = false,
): Promise<{ account: Address; unit: "token" | "wei"; amount: bigint; hash?: Hex }[]> {
  const { provider } = signer;
  if (provider === null) throw new TypeError("The signer has no provider.");
  const erc20 = MicroToken__factory.connect(token, signer);
  const transfers = [];
  for (const account of accounts) {
    const missingTokens = tokens - (await erc20.balanceOf(account));
    if (missingTokens > 0n) {
      const sent = dryRun ? undefined : await erc20["transfer(address,uint256)"](account, missingTokens);
      await sent?.wait();
      const hash = sent && { hash: lowerCase(sent.hash) };
      transfers.push({ account, unit: "token" as const, amount: missingTokens, ...hash });
    }
    const missingWei = wei - (await provider.getBalance(account));
    if (missingWei > 0n) {
      const sent = dryRun ? undefined : await signer.sendTransaction({ to: account, value: missingWei });
      await sent?.wait();
      const hash = sent && { hash: lowerCase(sent.hash) };
      transfers.push({ account, unit: "wei" as const, amount: missingWei, ...hash });
    }
  }
  return transfers;
}
