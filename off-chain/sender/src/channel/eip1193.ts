import type { Address } from "@rmps/proofs";
import { BrowserProvider, JsonRpcSigner, toQuantity, type TransactionRequest } from "ethers";
import { SenderError } from "../errors.ts";
import { POLLING } from "./chain.ts";
import { chainError } from "./chain-error.ts";

/** A wallet in a browser (EIP-1193), such as one that announced itself by EIP-6963. */
export interface Eip1193Wallet {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

/**
 * An account of a browser's wallet, for the option `wallet`. Give a `sessionKey` beside it: then the wallet asks its owner
 * for deposits and closes only. Reads go through the wallet too and never open a dialogue; a transaction or a signature is
 * refused here while the wallet is on any chain but this one, or gives other accounts only.
 * @param account of the wallet, which was connected before (`eth_requestAccounts`).
 * @param chainId of the channels.
 */
export function eip1193Signer(wallet: Eip1193Wallet, account: Address, chainId: bigint): JsonRpcSigner {
  // No cache: a nonce or balance of a moment ago would be a wrong one.
  const provider = new BrowserProvider(wallet, "any", { cacheTimeout: -1 });
  provider.pollingInterval = POLLING;
  return new OneChainSigner(provider, account, chainId);
}

/** Signs and sends for one account on one chain only: owners change both in their wallet whenever they like. */
class OneChainSigner extends JsonRpcSigner {
  readonly #chainId: bigint;

  constructor(provider: BrowserProvider, account: Address, chainId: bigint) {
    super(provider, account);
    this.#chainId = chainId;
  }

  override async sendUncheckedTransaction(transaction: TransactionRequest): Promise<string> {
    await this.#check("sent");
    return super.sendUncheckedTransaction({ ...transaction, chainId: toQuantity(this.#chainId) });
  }

  override async signTypedData(...message: Parameters<JsonRpcSigner["signTypedData"]>): Promise<string> {
    await this.#check("signed");
    return super.signTypedData(...message);
  }

  /** Asks the wallet where it is at this moment, before it asks its owner for anything. */
  async #check(what: "sent" | "signed"): Promise<void> {
    const [chainId, accounts] = await Promise.all([this.#ask("eth_chainId"), this.#ask("eth_accounts")]);
    const actual = BigInt(chainId as string);
    if (actual !== this.#chainId) {
      const remedy = `Nothing was ${what}. Switch the wallet to chain ${this.#chainId}, then try again.`;
      throw new SenderError("chain", `the wallet is on chain ${actual}`, remedy);
    }
    // A wallet that is locked names none, and asks its owner; one that names others would do it for one of these.
    const given = (accounts as string[]).map((account) => account.toLowerCase());
    if (given.length > 0 && !given.includes(this.address.toLowerCase())) {
      const remedy = `Nothing was ${what}. Choose account ${this.address} in the wallet, then try again.`;
      throw new SenderError("chain", "the wallet is on another account", remedy);
    }
  }

  async #ask(method: string): Promise<unknown> {
    try {
      return await this.provider.send(method, []);
    } catch (error) {
      throw chainError(error, "asking the wallet for its chain and account");
    }
  }
}
