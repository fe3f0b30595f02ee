import { join } from "node:path";

import { startReceiver, type ReceiverOptions, type Routes, type RunningReceiver } from "@rmps/receiver";
import { parseEther } from "ethers";

import type { LocalChain } from "./local-chain.ts";

const content = join(import.meta.dirname, "..", "content");

/** What the shop of `npm start` and of the demo sells. */
export const SHOP_ROUTES: Routes = {
  "/doggo.jpg": { price: parseEther("0.02"), description: "A dog", file: join(content, "doggo.jpg") },
  "/kitten.jpg": { price: parseEther("0.01"), description: "A cat", file: join(content, "kitten.jpg") },
  "/teapot.jpg": { price: parseEther("0.03"), description: "A teapot", file: join(content, "teapot.jpg"), status: 418 },
  "/test.txt": { price: parseEther("0.1"), description: "A line of text", file: join(content, "test.txt") },
};

/** Challenge period of the shop's channels, in seconds. */
export const SHOP_CHALLENGE_PERIOD = 3600;

/** The shop pays the gas of deposits, so that accounts without coins can be tried; little enough to lose. */
const SHOP_SPONSOR = { budget: parseEther("0.1"), maxCost: parseEther("0.01"), minDeposit: parseEther("0.05") };

/** Opens the shop on a local chain; account #1 is the receiver and pays its own gas. */
export function openShop(
  chain: Pick<LocalChain, "url" | "chainId" | "manager" | "token"> & { account(index: number): { privateKey: string } },
  options: Pick<ReceiverOptions, "store" | "port" | "log" | "apiToken" | "door">,
): Promise<RunningReceiver> {
  const key = chain.account(1).privateKey as `0x${string}`;
  return startReceiver({
    rpc: chain.url,
    chainId: chain.chainId,
    contract: chain.manager,
    token: chain.token,
    keys: { agreement: key, gas: key },
    challengePeriod: { offered: SHOP_CHALLENGE_PERIOD },
    routes: SHOP_ROUTES,
    sponsor: SHOP_SPONSOR,
    ...options,
  });
}
