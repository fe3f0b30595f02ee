import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ChannelManager__factory, MicroToken__factory, type ChannelManager, type MicroToken } from "@rmps/contracts";
import { startReceiver, type ReceiverOptions, type Routes, type RunningReceiver } from "@rmps/receiver";
import { parseEther, Wallet } from "ethers";

import { startLocalChain, type LocalChain } from "../../../scripts/lib/local-chain.ts";
import { SHOP_CHALLENGE_PERIOD, SHOP_ROUTES } from "../../../scripts/lib/shop.ts";

/** The shop of `npm start`, with more to sell, in this process. */
export interface Shop {
  readonly url: string;
  readonly chain: LocalChain;
  readonly token: MicroToken;
  readonly manager: ChannelManager;
  readonly receiver: RunningReceiver;
  /** An account that holds so many MIC, and no coins. */
  penniless(mic: bigint): Promise<Wallet>;
  /** MIC of one of Hardhat's accounts. */
  balance(index: number): Promise<bigint>;
  /** Moves the chain's clock, and mines a block. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export const CENT = parseEther("0.01");

export async function openShop(routes: Routes = {}, over: Partial<ReceiverOptions> = {}): Promise<Shop> {
  const home = mkdtempSync(join(tmpdir(), "rmps-browser-"));
  const chain = await startLocalChain(0);
  const key = chain.account(1).privateKey as `0x${string}`;
  const receiver = await startReceiver({
    rpc: chain.url,
    contract: chain.manager,
    token: chain.token,
    keys: { agreement: key, gas: key },
    challengePeriod: { offered: SHOP_CHALLENGE_PERIOD },
    routes: { ...SHOP_ROUTES, ...routes },
    store: join(home, "receiver.sqlite"),
    port: 0,
    log: "silent",
    ...over,
  });
  const token = MicroToken__factory.connect(chain.token, chain.provider);
  return {
    url: receiver.url,
    chain,
    token,
    manager: ChannelManager__factory.connect(chain.manager, chain.provider),
    receiver,
    async penniless(mic) {
      const account = new Wallet(Wallet.createRandom().privateKey);
      const give = token.connect(chain.account(8))["transfer(address,uint256)"];
      await (await give(account.address, mic)).wait();
      return account;
    },
    balance: (index) => token.balanceOf(chain.account(index).address),
    async pass(seconds) {
      await chain.provider.send("evm_increaseTime", [seconds]);
      await chain.provider.send("evm_mine", []);
    },
    async close() {
      await receiver.close();
      await chain.close();
      rmSync(home, { recursive: true });
    },
  };
}
