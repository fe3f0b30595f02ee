import type { Provider } from "ethers";
import { DeploymentError } from "./errors.ts";
import {
  FACTORY,
  FACTORY_CODE,
  FACTORY_DEPLOYER,
  FACTORY_GAS,
  FACTORY_GAS_PRICE,
  FACTORY_INIT_CODE,
} from "./factory.ts";
import { lowerCase, type Address, type Hex } from "./hex.ts";
import type { Plan, Step } from "./plan.ts";

/** A provider that also takes raw JSON-RPC calls: ethers' `JsonRpcProvider`, Hardhat's. */
export type RpcProvider = Pick<Provider, "getNetwork" | "getCode" | "getBalance" | "getTransactionCount"> & {
  send(method: string, params: unknown[]): Promise<unknown>;
};

/** What of a plan is on chain already. */
export interface Findings {
  /** Whether the CREATE2 factory is there. */
  factory: boolean;
  /** What is still to be deployed, in order. */
  missing: readonly Step[];
}

/** TLOAD of slot 0 (PUSH0 TLOAD STOP): an invalid opcode on chains older than Cancun. */
const TRANSIENT_PROBE = "0x5f5c00";

/**
 * Runs `code` as if it stood at `address`, without sending anything. Init code run so returns the very code that its
 * deployment there leaves, immutables (chain id, own address) included.
 */
async function runAt(provider: RpcProvider, address: Address, code: Hex): Promise<Hex> {
  const override = { [address]: { code } };
  return lowerCase(String(await provider.send("eth_call", [{ to: address, data: "0x" }, "latest", override])));
}

async function checkChain(provider: RpcProvider, chainId: bigint): Promise<void> {
  const live = (await provider.getNetwork()).chainId;
  if (live !== chainId) {
    throw new DeploymentError(
      "wrong-chain",
      `The node is on chain ${live}, not ${chainId}.`,
      "Check the RPC URL and the name of the network.",
    );
  }
  try {
    await runAt(provider, FACTORY_DEPLOYER, TRANSIENT_PROBE);
  } catch (error) {
    throw new DeploymentError(
      "unsupported-chain",
      `The node cannot run transient storage (${reason(error)}).`,
      "The contracts need a chain with the Cancun upgrade and a node whose eth_call takes state overrides.",
    );
  }
}

async function factoryIsThere(provider: RpcProvider): Promise<boolean> {
  const code = await provider.getCode(FACTORY);
  if (code === FACTORY_CODE) return true;
  if (code !== "0x") {
    throw new DeploymentError(
      "foreign-contract",
      `The code at ${FACTORY} is not the deterministic deployment proxy.`,
      "Our addresses cannot be had on this chain.",
    );
  }
  if ((await provider.getTransactionCount(FACTORY_DEPLOYER)) !== 0) {
    throw new DeploymentError(
      "unsupported-chain",
      `The deployment of the deterministic deployment proxy failed on this chain once, and can never be repeated.`,
      "Our addresses cannot be had on this chain.",
    );
  }
  const block = (await provider.send("eth_getBlockByNumber", ["latest", false])) as { baseFeePerGas?: string };
  if (BigInt(block.baseFeePerGas ?? 0) > FACTORY_GAS_PRICE) {
    throw new DeploymentError(
      "unsupported-chain",
      "Gas is too dear just now for the one transaction that deploys the deterministic deployment proxy.",
      `Wait until the base fee is below ${FACTORY_GAS_PRICE / 10n ** 9n} gwei.`,
    );
  }
  const gas = BigInt(String(await provider.send("eth_estimateGas", [{ data: FACTORY_INIT_CODE }])));
  if (gas > FACTORY_GAS) {
    throw new DeploymentError(
      "unsupported-chain",
      `The deterministic deployment proxy needs ${gas} gas here; its one transaction has ${FACTORY_GAS}.`,
      "Our addresses cannot be had on this chain, unless its operators put the proxy there.",
    );
  }
  return false;
}

async function isThere(provider: RpcProvider, step: Step): Promise<boolean> {
  const code = await provider.getCode(step.address);
  if (code === "0x") return false;
  if (lowerCase(code) === (await runAt(provider, step.address, step.initCode))) return true;
  throw new DeploymentError(
    "foreign-contract",
    `The code at ${step.address} is not the ${step.contract} of these sources.`,
    "Deploy from the commit that the record names, or use other arguments: they give another address.",
  );
}

async function checkExistingToken(provider: RpcProvider, { family, token }: Plan): Promise<void> {
  if (family !== "existing" || (await provider.getCode(token)) !== "0x") return;
  throw new DeploymentError(
    "no-token",
    `There is no contract at ${token}.`,
    "Check the token's address and the chain.",
  );
}

/**
 * Looks at what of a plan is there already, and whether the rest can be deployed. Sends nothing.
 * @throws DeploymentError `wrong-chain`, `unsupported-chain`, `foreign-contract`, `no-token`.
 */
export async function inspectDeployment(provider: RpcProvider, plan: Plan): Promise<Findings> {
  await checkChain(provider, plan.chainId);
  const factory = await factoryIsThere(provider);
  await checkExistingToken(provider, plan);
  const missing: Step[] = [];
  for (const step of plan.steps) {
    if (!(await isThere(provider, step))) missing.push(step);
  }
  return { factory, missing };
}

/** The first line of what went wrong, for people. */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? "";
}
