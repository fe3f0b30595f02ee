import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startReceiver, type ReceiverOptions, type RunningReceiver } from "@rmps/receiver";
import { hexlify, parseEther, randomBytes } from "ethers";
import type { Hex } from "@rmps/proofs";

import { startLocalChain, type LocalChain } from "../../../scripts/lib/local-chain.ts";
import { openChannel, paymentHeaders, type PaidChannel } from "../../../scripts/lib/paying.ts";

export { paymentHeaders, type PaidChannel };

/** A chain, and receivers on it that are stopped with it. */
export interface World {
  readonly chain: LocalChain;
  receiver(options: Partial<ReceiverOptions>): Promise<RunningReceiver>;
  channel(): Promise<PaidChannel>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), "rmps-proxies-"));
  const chain = await startLocalChain(0);
  const receivers: RunningReceiver[] = [];
  const key = chain.account(1).privateKey as Hex;
  return {
    chain,
    async receiver(options) {
      const receiver = await startReceiver({
        rpc: chain.url,
        contract: chain.manager,
        token: chain.token,
        keys: { agreement: key, gas: key },
        store: join(directory, `${receivers.length}.sqlite`),
        port: 0,
        pollMs: 50,
        log: "silent",
        ...options,
      });
      receivers.push(receiver);
      return receiver;
    },
    channel: () => openChannel(chain, 2, { salt: hexlify(randomBytes(32)) as Hex, deposit: parseEther("1") }),
    async stop() {
      for (const receiver of receivers) await receiver.close();
      await chain.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
