import { deploymentOf } from "@rmps/contracts/deployments";
import { encodeTerms, parseAddress, type Address, type Hex, type Terms } from "@rmps/proofs";
import type { ChannelRecord } from "../book/record.ts";
import { SenderError, type AmountsMessage } from "../errors.ts";
import { factsOf, managerAt, nextLook, tokenAt, type Chain } from "./chain.ts";
import { chainError } from "./chain-error.ts";
import { MANAGER } from "./managers.ts";
import { TransactionFailed } from "./transactions/look.ts";
import type { Outbox } from "./transactions/outbox.ts";
import type { Transactions } from "./transactions/transactions.ts";

/** How tokens get into a channel: approval and `deposit`, or one ERC-223 transfer. `auto`: the latter if possible. */
export type DepositPath = "auto" | "erc20" | "erc223";

/** Where a deposit goes. */
export interface DepositTarget {
  chain: Chain;
  contract: Address;
  terms: Terms;
}

/** The one token whose ERC-223 callback the manager believes. Of a manager that is shipped no node is believed on that. */
export async function callbackToken(chain: Chain, contract: Address): Promise<Address> {
  const shipped = deploymentOf(chain.chainId);
  if (shipped?.manager === contract) return shipped.callbackToken;
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

/** A channel that is deposited into, and what it holds before. */
type Target = DepositTarget & Pick<ChannelRecord, "id" | "deposit">;

/**
 * Puts `amount` into a channel: opens it, or tops it up. One confirmation is waited for.
 * @param amount in the token's smallest unit, above 0.
 * @throws SenderError `insufficient-funds`, `chain`, or `configuration` for `erc223` with another token.
 */
export async function deposit(
  target: Target,
  amount: bigint,
  transactions: Transactions,
  path: DepositPath = "auto",
): Promise<void> {
  try {
    await transactions.alone(target.chain.chainId, (outbox) => send(target, amount, outbox, path));
  } catch (error) {
    // The wallet's owner may have replaced it by a faster one.
    if (!(error instanceof TransactionFailed) || !(await hasGrown(target))) throw error;
  }
}

/** Looks that it takes to believe that a channel holds no more than before: nodes lag behind each other. */
const LOOKS = 5;

async function hasGrown({ chain, contract, id, deposit: before }: Target): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await nextLook(chain);
    if ((await factsOf(chain, contract, id)).deposit > before) return true;
  }
  return false;
}

async function send({ chain, contract, terms, id }: Target, amount: bigint, outbox: Outbox, path: DepositPath) {
  const { token: address } = terms;
  const account = outbox.address;
  const notifies = path !== "erc20" && (await callbackToken(chain, contract)) === address;
  if (path === "erc223" && !notifies) {
    throw new SenderError(
      "configuration",
      "the manager does not take this token by ERC-223 transfer",
      "Deposit by approval: path erc20.",
    );
  }
  await checkHolds(chain, address, account, amount);
  const token = tokenAt(address, chain.provider);
  const ask = (doing: string, data: string, deposits?: Hex) =>
    outbox.send(doing, { to: address, data: data as Hex }, deposits);
  if (notifies) {
    const parameters = [contract, amount, encodeTerms(terms)] as const;
    await ask("depositing", token.interface.encodeFunctionData("transfer(address,uint256,bytes)", [...parameters]), id);
    return;
  }
  // An exact approval. Some tokens change an allowance only from or to zero.
  const allowance = await token.allowance(account, contract);
  const approve = (value: bigint) => ask("approving", token.interface.encodeFunctionData("approve", [contract, value]));
  if (allowance !== 0n && allowance !== amount) await approve(0n);
  if (allowance !== amount) await approve(amount);
  const data = MANAGER.encodeFunctionData("deposit", [terms, amount]) as Hex;
  await outbox.send("depositing", { to: contract, data }, id);
}
