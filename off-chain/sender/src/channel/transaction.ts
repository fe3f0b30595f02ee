import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import type { Hex } from "@rmps/proofs";
import type { Chain } from "./chain.ts";
import { chainError } from "./chain-error.ts";

/** Milliseconds that a transaction is waited for; it may still be mined later, and is then found in the logs. */
const PATIENCE = 10 * 60_000;

/**
 * Sends a transaction and waits for its first confirmation.
 * @param doing what it is for, as the beginning of an error message: `opening the channel`.
 * @param sent  is told its hash before it is waited for.
 * @throws SenderError `insufficient-funds` or `chain`.
 */
export async function mined(
  doing: string,
  send: () => Promise<ContractTransactionResponse>,
  sent?: (hash: Hex) => Promise<unknown>,
): Promise<ContractTransactionReceipt> {
  try {
    const response = await send();
    await sent?.(response.hash as Hex);
    const receipt = await response.wait(1, PATIENCE);
    if (receipt === null) throw new Error("no receipt");
    return receipt;
  } catch (error) {
    throw chainError(error, doing);
  }
}

/**
 * Waits for a transaction that was sent before, by a process that ended or gave up waiting.
 * @returns whether there was anything to wait for: false where it is mined already, or the node knows it no more.
 * @throws SenderError `chain`, also where it failed.
 */
export async function minedMeanwhile(doing: string, { provider }: Chain, hash: Hex): Promise<boolean> {
  try {
    const transaction = await provider.getTransaction(hash);
    if (transaction === null || transaction.blockNumber !== null) return false;
    await transaction.wait(1, PATIENCE);
    return true;
  } catch (error) {
    throw chainError(error, doing);
  }
}
