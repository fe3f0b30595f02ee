import { addressOf, type Address, type Hex } from "@rmps/proofs";
import { eip1193Signer, type PayingFetchOptions } from "@rmps/sender";
import { toQuantity } from "ethers";
import { DEMO_ID, DEMO_KEY } from "./demo.ts";
import type { Facts } from "./facts.ts";
import type { BrowserWallet, Choice } from "./wallets.ts";

/** An account that deposits, of a wallet in the browser or of the demo. */
export interface Account {
  /** What the wallet is remembered by. */
  readonly id: string;
  readonly name: string;
  readonly address: Address;
  readonly signer: PayingFetchOptions["wallet"];
  /** Undefined: the chain is read through the wallet. */
  readonly rpc: string | undefined;
  /** Makes sure that the wallet will take transactions of this account: it may be locked, or not know this page. */
  unlock(): Promise<void>;
}

/** Code of a wallet that does not know the chain that it is to switch to (EIP-3326). */
const UNKNOWN_CHAIN = 4902;

/** The demo wallet, where the seller is on a development chain. */
export function demoAccount(rpc: string): Account {
  const key: Hex = DEMO_KEY;
  const address = addressOf(key);
  return { id: DEMO_ID, name: "Demo wallet", address, signer: key, rpc, unlock: () => Promise.resolve() };
}

/**
 * An account of a browser's wallet.
 * @param address one that the wallet gave before: taken unless the wallet gives others now; undefined: ask for it.
 */
export async function walletAccount(
  { id, name, wallet }: Choice,
  chainId: bigint,
  address: Address | undefined,
): Promise<Account> {
  const given = await accountsOf(wallet, address === undefined ? "eth_requestAccounts" : "eth_accounts");
  const isKnown = address !== undefined && (given.length === 0 || given.includes(address));
  const account = isKnown ? address : given[0];
  if (account === undefined) throw new Error("The wallet gives no account to this page.");
  return {
    id,
    name,
    address: account,
    signer: eip1193Signer(wallet, account, chainId),
    rpc: undefined,
    async unlock() {
      if ((await accountsOf(wallet, "eth_accounts")).includes(account)) return;
      if ((await accountsOf(wallet, "eth_requestAccounts")).includes(account)) return;
      throw new Error(`The wallet does not give account ${account} to this page: choose it in the wallet.`);
    },
  };
}

/** The chain that a wallet is on. */
export async function chainOf(wallet: BrowserWallet): Promise<bigint> {
  return BigInt((await wallet.request({ method: "eth_chainId" })) as string);
}

/** Asks a wallet to go to the seller's chain; teaches it the development chain where it does not know it. */
export async function switchChain(wallet: BrowserWallet, { chainId, demoRpc }: Facts): Promise<void> {
  const id = toQuantity(chainId);
  try {
    await wallet.request({ method: "wallet_switchEthereumChain", params: [{ chainId: id }] });
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNKNOWN_CHAIN) throw error;
    if (demoRpc === undefined)
      throw new Error(`The wallet does not know chain ${chainId}: add it there, then try again.`);
    const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
    const chain = { chainId: id, chainName: "Development chain", rpcUrls: [demoRpc], nativeCurrency };
    await wallet.request({ method: "wallet_addEthereumChain", params: [chain] });
  }
}

async function accountsOf(wallet: BrowserWallet, method: string): Promise<Address[]> {
  const accounts = await wallet.request({ method });
  if (!Array.isArray(accounts)) return [];
  return accounts
    .filter((account): account is string => typeof account === "string" && /^0x[0-9a-fA-F]{40}$/.test(account))
    .map((account) => account.toLowerCase() as Address);
}
