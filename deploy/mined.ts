import { isError, type Provider, type TransactionReceipt } from "ethers";

/** After how many milliseconds the node is asked again, whatever blocks the provider heard of. */
const PATIENCE = 4_000;

/**
 * Waits for a transaction. Not by `waitForTransaction` alone: a provider that remembers the block number of a moment ago
 * takes a transaction that was mined at once for one still to be confirmed, and where no other block comes waits forever.
 */
export async function mined(provider: Provider, hash: string): Promise<TransactionReceipt> {
  for (;;) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
    try {
      await provider.waitForTransaction(hash, 1, PATIENCE);
    } catch (error) {
      if (!isError(error, "TIMEOUT")) throw error;
    }
  }
}
