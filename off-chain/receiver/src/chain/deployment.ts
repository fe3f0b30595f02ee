import type { Address, Hex } from "@rmps/proofs";
import { RefusedToStart } from "../refused-to-start.ts";
import { RpcError } from "./rpc/errors.ts";
import { ask, bytes, count, quantity } from "./rpc/results.ts";
import type { Rpc } from "./rpc/rpc.ts";
import { readBlock } from "./watcher/node-view.ts";
import type { Confirmations } from "./watcher/follower.ts";

/** A challenge period must be so many times as long as it takes a deposit to be confirmed. */
const PERIOD_TO_DELAY = 4;

/** Blocks from the chain's beginning in which a development chain has its contracts. */
const FIRST_BLOCKS = 32;

/** Blocks over which the time between blocks is measured. */
const SAMPLE = 1_000;

/**
 * The chain's id. A node that does not answer now is not asked again: it may be down for a while.
 * @throws RefusedToStart where it is not the one expected, or the nodes are on several chains; RpcUnavailable.
 */
export async function checkChainId(rpc: Rpc, expected: bigint | undefined): Promise<bigint> {
  const chainId = await rpc.request("eth_chainId", [], quantity);
  if (expected !== undefined && chainId !== expected) {
    throw new RefusedToStart(
      `The node is on chain ${chainId}, not on chain ${expected}.`,
      "Name an RPC URL of the right chain (rpc), or the chain that you mean (chainId).",
    );
  }
  const answers = await Promise.allSettled(rpc.endpoints.map((node) => ask(node, "eth_chainId", [], quantity)));
  for (const [at, answer] of answers.entries()) {
    if (answer.status === "rejected" || answer.value === chainId) continue;
    throw new RefusedToStart(
      `The nodes are on several chains: ${rpc.endpoints[at]!.label} is on chain ${answer.value}, not on ${chainId}.`,
      "Name nodes of one chain only (rpc).",
    );
  }
  return chainId;
}

/** The block in which the manager was deployed. */
export interface Deployment {
  readonly block: number;
  readonly hash: Hex;
  /** The chain's head at the time of looking. */
  readonly head: number;
}

/**
 * Finds the block of the manager's deployment by bisection over `eth_getCode`, unless it is known.
 * @throws RefusedToStart where the node has forgotten its old states and the block is not given.
 */
export async function findDeployment(rpc: Rpc, contract: Address, known: number | undefined): Promise<Deployment> {
  const head = await rpc.request("eth_blockNumber", [], count);
  const block = known ?? (await amongTheFirst(rpc, contract, head)) ?? (await bisect(rpc, contract, head));
  const found = await rpc.atOneNode((node) => readBlock(node, block));
  if (found === undefined) {
    throw new RefusedToStart(
      `The chain has no block ${block}, which is given as that of the contract's deployment.`,
      "Give the block in which the contract was deployed (deploymentBlock), or leave it out.",
    );
  }
  return { block, hash: found.hash, head };
}

/**
 * Looks through the first blocks of the chain one by one: development chains deploy there, and Hardhat forgets the
 * code in blocks that `hardhat_mine` made, which leads a bisection astray.
 */
async function amongTheFirst(rpc: Rpc, contract: Address, head: number): Promise<number | undefined> {
  try {
    for (let block = 0; block <= Math.min(head, FIRST_BLOCKS); block++) {
      if ((await codeAt(rpc, contract, block)) !== "0x") return block;
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error; // a node without old states: it may be told instead
  }
  return undefined;
}

function codeAt(rpc: Rpc, contract: Address, block: number): Promise<string> {
  return rpc.request("eth_getCode", [contract, `0x${block.toString(16)}`], bytes);
}

async function bisect(rpc: Rpc, contract: Address, head: number): Promise<number> {
  let [without, with_] = [-1, head];
  try {
    while (with_ - without > 1) {
      const middle = Math.floor((without + with_) / 2);
      if ((await codeAt(rpc, contract, middle)) === "0x") without = middle;
      else with_ = middle;
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new RefusedToStart(
      `The node does not tell in which block ${contract} was deployed: ${error.message}.`,
      "Give that block (deploymentBlock), as a block explorer shows it, or ask an archive node.",
      error,
    );
  }
  return with_;
}

/**
 * Compares the shortest challenge period with the time that a deposit takes to be confirmed, which is also how far a
 * re-org may reach: a close must be answered, and the answer be final, with time to spare.
 * @param period seconds.
 * @throws RefusedToStart where it is shorter than four times that.
 */
export async function checkPeriod(rpc: Rpc, confirmations: Confirmations, period: number): Promise<void> {
  if (confirmations === 0) return;
  const delay = await rpc.atOneNode(async (node) => {
    const head = await readBlock(node, "latest");
    if (head === undefined) return 0;
    if (typeof confirmations !== "number") {
      const final = await readBlock(node, confirmations);
      return final === undefined ? 0 : head.timestamp - final.timestamp;
    }
    const before = await readBlock(node, Math.max(0, head.number - SAMPLE));
    if (before === undefined || before.number === head.number) return 0;
    return ((head.timestamp - before.timestamp) / (head.number - before.number)) * confirmations;
  });
  if (period >= PERIOD_TO_DELAY * delay) return;
  throw new RefusedToStart(
    `Channels with a challenge period of ${period} s are taken, but a deposit is confirmed only after about ${Math.ceil(delay)} s.`,
    `Take no challenge period below ${Math.ceil(PERIOD_TO_DELAY * delay)} s (challengePeriod.min), or ask for fewer confirmations.`,
  );
}
