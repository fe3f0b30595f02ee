import type { Address } from "@rmps/proofs";
import { BrowserProvider, JsonRpcSigner, toQuantity, type TransactionRequest } from "ethers";
import { SenderError } from "../errors.ts";
import { chainError } from "./chain-error.ts";

/** A wallet in a browser (EIP-1193), such as one that announced itself by EIP-6963. */
export interface Eip1193Wallet {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

/** Milliseconds between two looks at a pending transaction through a wallet. */
const POLLING = 1_000;

/**
 * An account of a browser's wallet, for the option `wallet`. Give a `sessionKey` beside it: then the wallet asks its owner
 * for deposits and closes only. Reads go through the wallet too and never open a dialogue; a transaction is refused here
 * while the wallet is on any chain but this one, and names the chain to the wallet.
 * @param account of the wallet, which was connected before (`eth_requestAccounts`).
 * @param chainId of the channels.
 */
export function eip1193Signer(wallet: Eip1193Wallet, account: Address, chainId: bigint): JsonRpcSigner {
  // No cache: a nonce or balance of a moment ago would be a wrong one.
  const provider = new BrowserProvider(wallet, "any", { cacheTimeout: -1 });
  provider.pollingInterval = POLLING;
  return new OneChainSigner(provider, account, chainId);
}

/** Sends on one chain only: wallets change theirs whenever their owner likes. */
class OneChainSigner extends JsonRpcSigner {
  readonly #chainId: bigint;

  constructor(provider: BrowserProvider, account: Address, chainId: bigint) {
    super(provider, account);
    this.#chainId = chainId;
  }

  override async sendUncheckedTransaction(transaction: TransactionRequest): Promise<string> {
    const actual = await chainOf(this.provider);
    if (actual !== this.#chainId) {
      const remedy = `Nothing was sent. Switch the wallet to chain ${this.#chainId}, then try again.`;
      throw new SenderError("chain", `the wallet is on chain ${actual}`, remedy);
    }
    return super.sendUncheckedTransaction({ ...transaction, chainId: toQuantity(this.#chainId) });
  }
}

/** The chain that a wallet is on at this moment. */
async function chainOf(provider: JsonRpcSigner["provider"]): Promise<bigint> {
  try {
    return BigInt((await provider.send("eth_chainId", [])) as string);
  } catch (error) {
    throw chainError(error, "asking the wallet for its chain");
  }
}
