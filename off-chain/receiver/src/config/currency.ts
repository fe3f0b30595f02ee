import { MicroToken__factory } from "@rmps/contracts";
import type { Address } from "@rmps/proofs";
import type { Result } from "ethers";
import { answerOf } from "../chain/contracts.ts";
import type { Rpc } from "../chain/rpc/rpc.ts";
import type { Currency } from "../paywall/types.ts";

const erc20 = MicroToken__factory.createInterface();

/** Longest name that is shown, in characters. */
const LONGEST = 12;

/**
 * The token as people read it; undefined where it does not say (both are optional in ERC-20).
 * @throws RpcUnavailable, RpcError: prices are not to be taken for others because a node has a bad moment.
 */
export async function readCurrency(rpc: Rpc, token: Address): Promise<Currency | undefined> {
  const decimals = await answerOf(rpc, token, erc20, "decimals", []);
  const symbol = await answerOf(rpc, token, erc20, "symbol", []);
  if (decimals === undefined || symbol === undefined) return undefined;
  // The token's own words end up in pages: nothing but what a symbol is made of.
  const name = textOf(symbol)
    ?.replace(/[^\w$.-]/g, "")
    .slice(0, LONGEST);
  return { symbol: name || "units", decimals: Number(decimals[0]) };
}

/** The text that was answered; undefined where its bytes are no UTF-8, which ethers says when it is read. */
function textOf(result: Result): string | undefined {
  try {
    return String(result[0]);
  } catch {
    return undefined;
  }
}
