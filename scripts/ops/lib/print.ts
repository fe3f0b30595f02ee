import { MicroToken__factory } from "@rmps/contracts";
import { formatUnits, type ContractTransactionResponse } from "ethers";
import type { Address } from "@rmps/proofs";
import type { Chain } from "./chain.ts";
import { OperatorError } from "./command.ts";
import type { Channel } from "./channels.ts";

/** Prints values for programs: bigint as decimal text. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part), 2));
}

/** Writes amounts of a token as people read them, asking the token once. */
export async function moneyOf(chain: Chain, token: Address): Promise<(amount: bigint) => string> {
  const contract = MicroToken__factory.connect(token, chain.provider);
  const [decimals, symbol] = await Promise.all([
    contract.decimals().catch(() => 0n),
    contract.symbol().catch(() => "units"),
  ]);
  return (amount) => `${formatUnits(amount, decimals)} ${symbol}`;
}

/** One line a channel. */
export async function printChannels(chain: Chain, channels: readonly Channel[]): Promise<void> {
  for (const { id, terms, deposit, settled, status, closesAt } of channels) {
    const money = await moneyOf(chain, terms.token);
    const until = status === "closing" ? ` until ${new Date(closesAt * 1000).toISOString()}` : "";
    console.log(`${id} ${terms.sender} → ${terms.receiver} ${money(settled)} of ${money(deposit)}, ${status}${until}`);
  }
}

/** Waits for a transaction and says what it did. */
export async function confirm(what: string, sent: Promise<ContractTransactionResponse>): Promise<void> {
  const response = await sent;
  const receipt = await response.provider.waitForTransaction(response.hash);
  if (receipt?.status !== 1) throw new OperatorError(`${what}: ${response.hash} failed.`);
  console.log(`${what}: ${response.hash}, ${receipt.gasUsed} gas`);
}
