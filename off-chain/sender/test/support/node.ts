import { JsonRpcProvider } from "ethers";

import type { TestChain } from "./chain.ts";

/** The embedded chain while its blocks are mined by hand. */
export interface ManualNode {
  readonly provider: JsonRpcProvider;
  /** From now on nothing is mined by itself. */
  hold(): Promise<void>;
  mine(): Promise<void>;
  /** Lets gas cost so much more than transactions that wait offer that these are not mined, and mines a block without them. */
  spike(): Promise<void>;
  /** Lets gas be cheap again in the next block. */
  calm(): Promise<void>;
  /** The transactions that wait. */
  waiting(): Promise<{ hash: string; nonce: number; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }[]>;
}

/** Wei per gas of a quiet block, and of a busy one. */
const QUIET = 10n ** 9n;
export const BUSY = 100n * QUIET;

const hex = (value: bigint) => `0x${value.toString(16)}`;

/** To be called in a `describe`: blocks are mined by hand from `hold` to the end of a test. */
export function useManualNode(chain: () => TestChain): ManualNode {
  let node: JsonRpcProvider;
  before(() => {
    node = new JsonRpcProvider(chain().url, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 });
  });
  after(() => node.destroy());
  const calm = () => node.send("hardhat_setNextBlockBaseFeePerGas", [hex(QUIET)]) as Promise<void>;
  const mine = () => node.send("evm_mine", []) as Promise<void>;
  afterEach(async () => {
    await calm();
    await mine();
    await node.send("evm_setAutomine", [true]);
  });
  return {
    get provider() {
      return node;
    },
    async hold() {
      await calm();
      await mine();
      await node.send("evm_setAutomine", [false]);
    },
    mine,
    calm,
    async spike() {
      await node.send("hardhat_setNextBlockBaseFeePerGas", [hex(BUSY)]);
      await mine();
    },
    async waiting() {
      const { transactions } = (await node.send("eth_getBlockByNumber", ["pending", true])) as {
        transactions: Record<"hash" | "nonce" | "maxFeePerGas" | "maxPriorityFeePerGas", string>[];
      };
      return transactions.map(({ hash, nonce, maxFeePerGas, maxPriorityFeePerGas }) => ({
        hash,
        nonce: Number(nonce),
        maxFeePerGas: BigInt(maxFeePerGas),
        maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
      }));
    },
  };
}

/** Asks again until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
