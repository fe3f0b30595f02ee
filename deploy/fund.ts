import type { Provider, Signer } from "ethers";
import type { MicroToken } from "../typechain-types/token/MicroToken.js";
import { MicroToken__factory } from "../typechain-types/factories/token/MicroToken__factory.js";
import { DeploymentError } from "./errors.ts";
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

/** What an account lacks, and once it was sent the transaction. */
export interface Transfer {
  account: Address;
  unit: "token" | "wei";
  amount: bigint;
  hash?: Hex;
}

/** What the accounts lack. */
async function lacking(provider: Provider, erc20: MicroToken, { accounts, tokens, wei = 0n }: Funding) {
  const transfers: Transfer[] = [];
  for (const account of new Set(accounts)) {
    const missingTokens = tokens - (await erc20.balanceOf(account));
    if (missingTokens > 0n) transfers.push({ account, unit: "token", amount: missingTokens });
    const missingWei = wei - (await provider.getBalance(account));
    if (missingWei > 0n) transfers.push({ account, unit: "wei", amount: missingWei });
  }
  return transfers;
}

/**
 * Fills accounts up, from the signer's own; what an account has already counts, so a second call sends nothing.
 * @param dryRun only says what would be sent.
 * @returns one line a transfer; `hash` is absent in a dry run.
 * @throws DeploymentError `insufficient-funds`, before anything is sent, where the signer has less than that.
 */
export async function fundAccounts(signer: Signer, funding: Funding, dryRun = false): Promise<Transfer[]> {
  const { provider } = signer;
  if (provider === null) throw new TypeError("The signer has no provider.");
  const erc20 = MicroToken__factory.connect(funding.token, signer);
  const transfers = await lacking(provider, erc20, funding);
  const self = await signer.getAddress();
  const has = { token: await erc20.balanceOf(self), wei: await provider.getBalance(self) };
  for (const unit of ["token", "wei"] as const) {
    const needed = transfers.reduce((sum, transfer) => (transfer.unit === unit ? sum + transfer.amount : sum), 0n);
    if (needed <= has[unit]) continue;
    const what = unit === "token" ? `smallest units of the token ${funding.token}` : "wei";
    throw new DeploymentError(
      "insufficient-funds",
      `${self} is to hand out ${needed} ${what} and has ${has[unit]}.`,
      "Send from an account that has them, or less.",
    );
  }
  if (dryRun) return transfers;
  const done: Transfer[] = [];
  for (const { account, unit, amount } of transfers) {
    const sent =
      unit === "token"
        ? await erc20["transfer(address,uint256)"](account, amount)
        : await signer.sendTransaction({ to: account, value: amount });
    await sent.wait();
    done.push({ account, unit, amount, hash: lowerCase(sent.hash) });
  }
  return done;
}
