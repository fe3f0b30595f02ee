import type { Address } from "@rmps/proofs";
import { AbiCoder } from "ethers";
import { RpcError } from "../chain/rpc/errors.ts";
import type { Rpc } from "../chain/rpc/rpc.ts";
import type { Currency } from "../paywall/types.ts";

/** Selectors of `symbol()` and `decimals()`. */
const SYMBOL = "0x95d89b41";
const DECIMALS = "0x313ce567";

/** Longest name that is shown, in characters. */
const LONGEST = 12;

/** The token as people read it; undefined where it does not say (both are optional in ERC-20). @throws RpcUnavailable */
export async function readCurrency(rpc: Rpc, token: Address): Promise<Currency | undefined> {
  const ask = (data: string) => rpc.request<string>("eth_call", [{ to: token, data }, "latest"]);
  try {
    const [decimals] = AbiCoder.defaultAbiCoder().decode(["uint8"], await ask(DECIMALS)) as unknown as [bigint];
    const [symbol] = AbiCoder.defaultAbiCoder().decode(["string"], await ask(SYMBOL)) as unknown as [string];
    // The token's own words end up in pages: nothing but what a symbol is made of.
    return { symbol: symbol.replace(/[^\w$.-]/g, "").slice(0, LONGEST) || "units", decimals: Number(decimals) };
  } catch (error) {
    if (error instanceof RpcError || (error as { code?: string }).code === "BAD_DATA") return undefined;
    if ((error as { code?: string }).code === "BUFFER_OVERRUN") return undefined;
    throw error;
  }
}
