import { deployAll, fundAccounts, type Deployed } from "@rmps/contracts/deploy";
import { JsonRpcProvider, NonceManager, parseEther, type HDNodeWallet } from "ethers";

import { startEmbeddedChain, type EmbeddedChain } from "./embedded-chain.ts";
import { hardhatAccount } from "./hardhat-accounts.ts";

/** What accounts #2 to #9 begin with. */
const POCKET_MONEY = parseEther("1000");

/** An embedded chain on which everything is deployed and the senders have money. */
export interface LocalChain extends EmbeddedChain, Deployed {
  readonly provider: JsonRpcProvider;
  /** One of Hardhat's well-known accounts: #0 deployed, #1 is the receiver, #2 to #9 have 1,000 MIC each. */
  account(index: number): HDNodeWallet;
}

/**
 * Starts an embedded chain, deploys token and manager to their usual addresses and hands out the money.
 * @param port of JSON-RPC; 0 takes any free one.
 */
export async function startLocalChain(port: number): Promise<LocalChain> {
  const chain = await startEmbeddedChain(port);
  const provider = new JsonRpcProvider(chain.url, 31337, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 25,
    batchStallTime: 0,
  });
  const account = (index: number) => hardhatAccount(index).connect(provider);
  const deployer = new NonceManager(account(0));
  const deployed = await deployAll(deployer);
  const accounts = [2, 3, 4, 5, 6, 7, 8, 9].map((index) => account(index).address.toLowerCase() as `0x${string}`);
  await fundAccounts(deployer, { token: deployed.token, accounts, tokens: POCKET_MONEY });
  return {
    ...chain,
    ...deployed,
    provider,
    account,
    async close() {
      provider.destroy();
      await chain.close();
    },
  };
}
