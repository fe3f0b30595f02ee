import type { Signer, TransactionRequest } from "ethers";
import { checkFunds, estimateDeployment, type Estimate } from "./cost.ts";
import { DeploymentError } from "./errors.ts";
import { FACTORY, create2Calldata } from "./factory.ts";
import { deployFactory, type FactorySending } from "./deploy-factory.ts";
import { lowerCase, type Address, type Hex } from "./hex.ts";
import { inspectDeployment, type Findings, type RpcProvider } from "./inspect.ts";
import { mined } from "./mined.ts";
import { planDeployment, type Plan, type PlanOptions } from "./plan.ts";

/** What is sent: money for the factory's deployer, its one transaction, then the contracts. */
export type Sending = FactorySending | "MicroToken" | "FaucetToken" | "ChannelManager";

/** A transaction of a deployment. */
export interface Sent {
  what: Sending;
  hash: Hex;
  /** Where it puts a contract. */
  address?: Address;
}

/** How to deploy. */
export interface DeployOptions extends PlanOptions {
  /** The chain that is meant. Default: whichever the signer is on. */
  chainId?: bigint;
  /** Transactions of an earlier attempt that was cut short: those still pending are waited for, not sent again. */
  earlier?: readonly Sent[];
  /** What the deployer will have to pay for afterwards, so that the money is there before anything is sent. */
  afterwards?: readonly { what: string; gas: bigint }[];
  /** Called after a transaction was sent and before it is waited for. */
  onSent?: (sent: Sent) => void | Promise<void>;
  /** Called before one of an earlier attempt is waited for. */
  onPending?: (sent: Sent) => void;
}

/** A finished deployment. */
export interface Deployed extends Plan {
  /** What was sent by this call, in order; empty where all was there. */
  transactions: readonly Sent[];
  /** Block in which this call deployed the manager; undefined where it was there. */
  block: number | undefined;
}

/** A deployment that has been looked at: what there is to do, and what it costs. */
export interface Prepared {
  plan: Plan;
  findings: Findings;
  estimate: Estimate;
}

function rpcOf(signer: Signer): NonNullable<Signer["provider"]> & RpcProvider {
  const { provider } = signer;
  if (provider === null || !("send" in provider) || typeof provider.send !== "function") {
    throw new DeploymentError("invalid-options", "The signer has no JSON-RPC provider.", "Connect it to one.");
  }
  return provider as typeof provider & RpcProvider;
}

/**
 * Everything about a deployment that can be known before anything is sent.
 * @throws DeploymentError any code but `insufficient-funds` (see `checkFunds`) and `transaction-failed`.
 */
export async function prepareDeployment(signer: Signer, options: DeployOptions = {}): Promise<Prepared> {
  const provider = rpcOf(signer);
  const plan = planDeployment(options.chainId ?? (await provider.getNetwork()).chainId, options);
  for (const sent of options.earlier ?? []) {
    const transaction = await provider.getTransaction(sent.hash);
    if (transaction === null) continue;
    if (transaction.blockNumber === null) options.onPending?.(sent);
    await mined(provider, sent.hash);
  }
  const findings = await inspectDeployment(provider, plan);
  const from = lowerCase(await signer.getAddress());
  if (findings.missing.length > 0) await checkNonePending(provider, from);
  const estimate = await estimateDeployment(provider, from, findings, options.afterwards);
  return { plan, findings, estimate };
}

/**
 * Deploys token and manager through the CREATE2 factory, to addresses that depend on the code and the arguments alone.
 * What is there already is left alone, so it can be called again after any crash; everything that could go wrong is
 * checked before the first transaction.
 * @param signer pays; connected to a JSON-RPC provider. It gets no rights: the contracts have no admin.
 * @throws DeploymentError see its codes; only `transaction-failed` can come after something was sent.
 */
export async function deployAll(signer: Signer, options: DeployOptions = {}): Promise<Deployed> {
  const provider = rpcOf(signer);
  const { plan, findings, estimate } = await prepareDeployment(signer, options);
  checkFunds(estimate, lowerCase(await signer.getAddress()));

  const transactions: Sent[] = [];
  let block: number | undefined;
  const confirm = async (what: Sending, hash: string, address?: Address): Promise<void> => {
    const sent = { what, hash: lowerCase(hash), ...(address !== undefined && { address }) };
    transactions.push(sent);
    await options.onSent?.(sent);
    const { blockNumber } = await mined(provider, hash);
    if (what === "ChannelManager") block = blockNumber;
  };
  const send = async (what: Sending, request: TransactionRequest, address?: Address): Promise<void> =>
    confirm(what, (await signer.sendTransaction({ ...request, ...estimate.fees })).hash, address);

  if (!findings.factory && findings.missing.length > 0) {
    await deployFactory(provider, send, confirm);
    await checkCode(provider, "factory", FACTORY);
  }
  for (const { contract, address, initCode } of findings.missing) {
    const gasLimit = estimate.lines.find((line) => line.what === contract)?.gas;
    await send(contract, { to: FACTORY, data: create2Calldata(initCode), gasLimit: gasLimit ?? null }, address);
    await checkCode(provider, contract, address);
  }
  return { ...plan, transactions, block };
}

/**
 * A crash between sending a transaction and noting it leaves one pending that nobody knows of: it would be sent twice.
 * @throws DeploymentError `pending-transactions`.
 */
async function checkNonePending(provider: RpcProvider, from: Address): Promise<void> {
  const mined = await provider.getTransactionCount(from, "latest");
  const pending = (await provider.getTransactionCount(from, "pending")) - mined;
  if (pending <= 0) return;
  throw new DeploymentError(
    "pending-transactions",
    `${from} has ${pending} transactions pending that are not known to be of this deployment.`,
    "Run this again once they are mined or replaced: it looks anew at what is there.",
  );
}

/** Judges by what is there, not by the receipt: somebody else may have deployed the very same meanwhile. */
async function checkCode(provider: RpcProvider, what: Sending, address: Address): Promise<void> {
  // Not `getCode`: a provider may remember its answer from before the deployment.
  if ((await provider.send("eth_getCode", [address, "latest"])) !== "0x") return;
  throw new DeploymentError(
    "transaction-failed",
    `The transaction for ${what} left no code at ${address}.`,
    "Look at the transaction, and run this again: it goes on where it stopped.",
  );
}
