import { encodeTerms, parseAddress, type Address, type Hex, type Terms } from "@rmps/proofs";
import { SenderError, type AmountsMessage } from "../errors.ts";
import { managerAt, tokenAt, type Chain } from "./chain.ts";
import { chainError } from "./chain-error.ts";
import { mined } from "./transaction.ts";
import type { Wallet } from "./wallet.ts";

/** How tokens get into a channel: approval and `deposit`, or one ERC-223 transfer. `auto`: the latter if possible. */
export type DepositPath = "auto" | "erc20" | "erc223";

/** Where a deposit goes. */
export interface DepositTarget {
  chain: Chain;
  contract: Address;
  terms: Terms;
}

/** The one token whose ERC-223 callback the manager believes. */
export async function callbackToken(chain: Chain, contract: Address): Promise<Address> {
  try {
    return parseAddress(await managerAt(contract, chain.provider).CALLBACK_TOKEN());
  } catch (error) {
    throw chainError(error, "reading the manager");
  }
}

/** What the wallet holds of a token, in its smallest unit. */
export async function balanceOf(chain: Chain, token: Address, account: Address): Promise<bigint> {
  try {
    return await tokenAt(token, chain.provider).balanceOf(account);
  } catch (error) {
    throw chainError(error, "reading the token balance");
  }
}

/** Whether an account holds so much of a token. @throws SenderError `insufficient-funds`, `chain` */
export async function checkHolds(chain: Chain, token: Address, account: Address, amount: bigint): Promise<void> {
  const held = await balanceOf(chain, token, account);
  if (held >= amount) return;
  const say: AmountsMessage["say"] = (write) =>
    `the deposit is ${write(amount)}, the account ${account} holds ${write(held)} of token ${token}`;
  throw new SenderError("insufficient-funds", { token, say }, "Send it tokens, or make a smaller deposit.");
}

/**
 * Puts `amount` into a channel: opens it, or tops it up. One confirmation is waited for.
 * @param amount in the token's smallest unit, above 0.
 * @param sent   is told the hash of the transaction before it is waited for.
 * @throws SenderError `insufficient-funds`, `chain`, or `configuration` for `erc223` with another token.
 */
export async function deposit(
  target: DepositTarget,
  amount: bigint,
  wallet: Wallet,
  path: DepositPath = "auto",
  sent: (hash: Hex) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const { chain, contract, terms } = target;
  const notifies = path !== "erc20" && (await callbackToken(chain, contract)) === terms.token;
  if (path === "erc223" && !notifies) {
    throw new SenderError(
      "configuration",
      "the manager does not take this token by ERC-223 transfer",
      "Deposit by approval: path erc20.",
    );
  }
  await checkHolds(chain, terms.token, wallet.address, amount);
  const signer = wallet.connect(chain.provider);
  const token = tokenAt(terms.token, signer);
  if (notifies) {
    const data = encodeTerms(terms);
    const transfer = token["transfer(address,uint256,bytes)"];
    await mined("depositing", () => transfer(contract, amount, data), sent);
    return;
  }
  // An exact approval. Some tokens change an allowance only from or to zero.
  const allowance = await token.allowance(wallet.address, contract);
  if (allowance !== 0n && allowance !== amount) await mined("approving", () => token.approve(contract, 0n));
  if (allowance !== amount) await mined("approving", () => token.approve(contract, amount));
  await mined("depositing", () => managerAt(contract, signer).deposit(terms, amount), sent);
}
