import { join } from "node:path";

import { Wallet, type HDNodeWallet, type TypedDataDomain, type TypedDataField } from "ethers";
import type { BrowserContext } from "playwright-core";

import type { LocalChain } from "../../../scripts/lib/local-chain.ts";

/** A person with a wallet extension. What is confirmed is signed with a real key and sent to the real chain. */
export interface TestWallet {
  /** Methods of the dialogues that were opened. */
  readonly dialogues: string[];
  /** Whether the person declines the next dialogues. */
  declines: boolean;
  /** The chain that the wallet is on. */
  chainId: bigint;
  /** Whether other chains look just like this one: then what is read there looks right, too. */
  forked: boolean;
  /** The account that the wallet is on, and gives to the page. */
  account: HDNodeWallet | Wallet;
  /** Goes to another account, and tells the pages. */
  switchAccount(account: HDNodeWallet | Wallet): Promise<void>;
  /** Goes to another chain, and tells the pages. */
  switchChain(chainId: bigint): Promise<void>;
  /** Gives the pages no account any more, and tells them. */
  disconnect(): Promise<void>;
}

/** What a person has to confirm. */
const DIALOGUES = [
  "eth_sendTransaction",
  "eth_requestAccounts",
  "wallet_switchEthereumChain",
  "personal_sign",
  "eth_signTypedData_v4",
];

interface TypedData {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Record<string, unknown>;
}

class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const toHex = (number: bigint) => `0x${number.toString(16)}`;

/**
 * Puts a wallet that announces itself by EIP-6963 into a browser.
 * @param holder its account: one of Hardhat's by number, or any other.
 */
export async function installWallet(
  context: BrowserContext,
  chain: LocalChain,
  holder: number | Wallet,
): Promise<TestWallet> {
  const connected = new Set<string>();
  const tell = async (event: string, value: unknown) => {
    const detail = { event, value };
    for (const page of context.pages()) {
      await page.evaluate((told) => window.dispatchEvent(new CustomEvent("test-wallet", { detail: told })), detail);
    }
  };
  const wallet: TestWallet = {
    dialogues: [],
    declines: false,
    chainId: 31337n,
    forked: false,
    account: typeof holder === "number" ? chain.account(holder) : holder.connect(chain.provider),
    async switchAccount(account) {
      wallet.account = account.connect(chain.provider);
      await tell("accountsChanged", [account.address]);
    },
    async switchChain(chainId) {
      wallet.chainId = chainId;
      await tell("chainChanged", toHex(chainId));
    },
    async disconnect() {
      connected.clear();
      await tell("accountsChanged", []);
    },
  };

  async function answer(method: string, params: unknown[], origin: string): Promise<unknown> {
    const { account } = wallet;
    if (DIALOGUES.includes(method) && !(method === "eth_requestAccounts" && connected.has(origin))) {
      wallet.dialogues.push(method);
      if (wallet.declines) throw new Refused(4001, "User rejected the request.");
    }
    const isOurs = (address: unknown) =>
      connected.has(origin) && String(address).toLowerCase() === account.address.toLowerCase();
    switch (method) {
      case "eth_chainId":
        return toHex(wallet.chainId);
      case "eth_accounts":
        return connected.has(origin) ? [account.address] : [];
      case "eth_requestAccounts":
        connected.add(origin);
        return [account.address];
      case "wallet_switchEthereumChain":
        wallet.chainId = BigInt((params[0] as { chainId: string }).chainId);
        return null;
      case "eth_sendTransaction": {
        const { from, chainId, gas, ...rest } = params[0] as Record<string, string>;
        if (!isOurs(from)) throw new Refused(4100, "Unauthorized.");
        if (chainId !== undefined && BigInt(chainId) !== wallet.chainId) throw new Refused(4901, "Another chain.");
        return (await account.sendTransaction({ ...rest, ...(gas !== undefined && { gasLimit: gas }) })).hash;
      }
      case "eth_signTypedData_v4": {
        const { domain, types, message } = JSON.parse(params[1] as string) as TypedData;
        if (!isOurs(params[0])) throw new Refused(4100, "Unauthorized.");
        if (BigInt(domain.chainId ?? 0) !== wallet.chainId) throw new Refused(4901, "Another chain.");
        const { EIP712Domain: _, ...own } = types;
        return account.signTypedData(domain, own, message);
      }
      case "personal_sign":
        throw new Refused(4200, "Nothing of this page is to be signed so.");
      default:
        if (wallet.chainId !== 31337n && !wallet.forked)
          throw new Refused(4901, "This test has no node of that chain.");
        return chain.provider.send(method, params);
    }
  }

  await context.exposeBinding("testWallet", async ({ frame }, method: string, params: unknown[]) => {
    try {
      return { result: await answer(method, params, new URL(frame.url()).origin) };
    } catch (error) {
      const { code = -32603, message } = error as { code?: number; message: string };
      return { error: { code: typeof code === "number" ? code : -32603, message } };
    }
  });
  await context.addInitScript({ path: join(import.meta.dirname, "announce.js") });
  return wallet;
}
