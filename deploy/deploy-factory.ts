import type { TransactionRequest } from "ethers";
import { DeploymentError } from "./errors.ts";
import { FACTORY_COST, FACTORY_DEPLOYER, FACTORY_HASH, FACTORY_TRANSACTION } from "./factory.ts";
import { reason, type RpcProvider } from "./inspect.ts";

/** What is sent for the factory: money for its deployer, then the deployer's one transaction. */
export type FactorySending = "factory-money" | "factory";

/**
 * How nodes say that they take no transaction without a chain id: geth and Erigon ("only replay-protected (EIP-155)
 * transactions allowed over RPC"), Besu ("ChainId is required").
 */
const WANTS_CHAIN_ID = /replay.?protect|eip-?155|chain ?id is required/i;

/** Offers the transaction to the node. Returns why the node does not take it; undefined: it has it. */
async function offer(provider: RpcProvider): Promise<string | undefined> {
  try {
    await provider.send("eth_sendRawTransaction", [FACTORY_TRANSACTION]);
    return undefined;
  } catch (error) {
    return (await provider.send("eth_getTransactionByHash", [FACTORY_HASH])) === null ? reason(error) : undefined;
  }
}

/**
 * Deploys the CREATE2 factory. The node is asked before its deployer is given money, because one that wants replay
 * protection says so of a transaction that nobody can pay for yet, and the money could not be had back.
 * @param send sends from the deployer of everything else; `confirm` notes a transaction and waits for it.
 * @throws DeploymentError `unsupported-chain` before anything is sent, `transaction-failed` after.
 */
export async function deployFactory(
  provider: RpcProvider,
  send: (what: FactorySending, request: TransactionRequest) => Promise<void>,
  confirm: (what: FactorySending, hash: string) => Promise<void>,
): Promise<void> {
  const refusal = await offer(provider);
  if (refusal !== undefined && WANTS_CHAIN_ID.test(refusal)) {
    throw new DeploymentError(
      "unsupported-chain",
      `The node does not take the deterministic deployment proxy's transaction (${refusal}).`,
      "It has no replay protection: use the RPC URL of a node that allows such transactions (geth: --rpc.allow-unprotected-txs).",
    );
  }
  const value = FACTORY_COST - (await provider.getBalance(FACTORY_DEPLOYER));
  // What was taken already may be paid for by now.
  if (value > 0n && (await provider.getTransactionCount(FACTORY_DEPLOYER)) === 0) {
    await send("factory-money", { to: FACTORY_DEPLOYER, value });
  }
  const again = refusal === undefined ? undefined : await offer(provider);
  if (again !== undefined) {
    throw new DeploymentError(
      "transaction-failed",
      `The node does not take the deterministic deployment proxy's transaction (${again}).`,
      "Send it through another node of this chain, then run this again: it goes on where it stopped.",
    );
  }
  await confirm("factory", FACTORY_HASH);
}
