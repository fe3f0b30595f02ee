import { join } from "node:path";

import type { HDNodeWallet } from "ethers";
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
}

/** What a person has to confirm. */
const DIALOGUES = [
  "eth_sendTransaction",
  "eth_requestAccounts",
  "wallet_switchEthereumChain",
  "personal_sign",
  "eth_signTypedData_v4",
];

class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Puts a wallet that announces itself by EIP-6963 into a browser. */
export async function installWallet(context: BrowserContext, chain: LocalChain, index: number): Promise<TestWallet> {
  const account: HDNodeWallet = chain.account(index);
  const wallet: TestWallet = { dialogues: [], declines: false, chainId: 31337n };
  const connected = new Set<string>();

  async function answer(method: string, params: unknown[], origin: string): Promise<unknown> {
    if (DIALOGUES.includes(method) && !(method === "eth_requestAccounts" && connected.has(origin))) {
      wallet.dialogues.push(method);
      if (wallet.declines) throw new Refused(4001, "User rejected the request.");
    }
    switch (method) {
      case "eth_chainId":
        return `0x${wallet.chainId.toString(16)}`;
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
        if (!connected.has(origin)) throw new Refused(4100, "Unauthorized.");
        if (from?.toLowerCase() !== account.address.toLowerCase()) throw new Refused(4100, "Unauthorized.");
        if (chainId !== undefined && BigInt(chainId) !== wallet.chainId) throw new Refused(4901, "Another chain.");
        return (await account.sendTransaction({ ...rest, ...(gas !== undefined && { gasLimit: gas }) })).hash;
      }
      case "personal_sign":
      case "eth_signTypedData_v4":
        throw new Refused(4200, "This test signs transactions only.");
      default:
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
