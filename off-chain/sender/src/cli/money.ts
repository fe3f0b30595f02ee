import type { Address } from "@rmps/proofs";
import { formatUnits, parseUnits } from "ethers";
import { tokenAt, type Chain } from "../channel/chain.ts";
import { chainError } from "../channel/chain-error.ts";
import { SenderError } from "../errors.ts";

/** A token as people see it. */
export interface Token {
  address: Address;
  symbol: string;
  decimals: number;
}

/** Asks a token for its name and its decimal places. */
export async function readToken(chain: Chain, address: Address): Promise<Token> {
  const token = tokenAt(address, chain.provider);
  try {
    const [symbol, decimals] = await Promise.all([token.symbol(), token.decimals()]);
    return { address, symbol: printable(symbol).slice(0, 12), decimals: Number(decimals) };
  } catch (error) {
    throw chainError(error, `reading token ${address}`);
  }
}

/** What others chose to call themselves must not move the cursor. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** `0.02 MIC` */
export function show(amount: bigint, token: Token): string {
  return `${formatUnits(amount, token.decimals).replace(/\.0$/, "")} ${token.symbol}`;
}

/** A number such as `0.02`, times ten to the `decimals`; undefined: it is none, or has more decimal places. */
export function parseDecimal(text: string, decimals: number): bigint | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  try {
    return parseUnits(text, decimals);
  } catch {
    return undefined;
  }
}

/** Whole tokens, such as `0.02`, in the smallest unit. @throws SenderError `configuration` */
export function parseTokens(text: string, token: Token, option: string): bigint {
  const amount = parseDecimal(text, token.decimals);
  if (amount !== undefined) return amount;
  throw new SenderError(
    "configuration",
    `${option}: ${printable(text)} is no amount`,
    `Give an amount in ${token.symbol} with at most ${token.decimals} decimal places, such as 0.02.`,
  );
}
