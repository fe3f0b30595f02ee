import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import { chainError } from "./chain-error.ts";

/** Milliseconds that a transaction is waited for; it may still be mined later, and is then found in the logs. */
const PATIENCE = 10 * 60_000;

/**
 * Sends a transaction and waits for its first confirmation.
 * @param doing what it is for, as the beginning of an error message: `opening the channel`.
 * @throws SenderError `insufficient-funds` or `chain`.
 */
export async function mined(
  doing: string,
  send: () => Promise<ContractTransactionResponse>,
): Promise<ContractTransactionReceipt> {
  try {
    const receipt = await (await send()).wait(1, PATIENCE);
    if (receipt === null) throw new Error("no receipt");
    return receipt;
  } catch (error) {
    throw chainError(error, doing);
  }
}
