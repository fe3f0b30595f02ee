import { AbiCoder, Interface, toQuantity } from "ethers";
import { DeploymentError } from "./errors.ts";
import { FACTORY, FACTORY_COST, FACTORY_DEPLOYER, create2Calldata } from "./factory.ts";
import { lowerCase, type Address, type Hex } from "./hex.ts";
import { reason, type Findings, type RpcProvider } from "./inspect.ts";
import type { Step } from "./plan.ts";

/** What one transaction costs. */
export interface CostLine {
  what: string;
  /** Gas, as the node estimates it; 0 for money that is handed on. */
  gas: bigint;
  /** The most it can cost in wei, the fee for data on rollups included. */
  atMost: bigint;
}

/** What is offered for a unit of gas, in wei: with a base fee, or on chains that have none. */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | { gasPrice: bigint };

/** What a deployment costs, before anything is sent. */
export interface Estimate {
  lines: readonly CostLine[];
  /** What each transaction offers, so that it cannot cost more than is said here. */
  fees: Fees;
  /** The most a unit of gas can cost, in wei. */
  maxFeePerGas: bigint;
  /** Sum of the lines in wei. */
  atMost: bigint;
  /** What the deployer has, in wei. */
  balance: bigint;
}

/** What the proxy adds to a plain creation: its own call and the copy of the init code, rounded up. */
const FACTORY_OVERHEAD = 40_000n;

/** Estimates are for the state of now; a tenth more is kept in hand. */
const withMargin = (gas: bigint): bigint => gas + gas / 10n;

/** Gas price oracle of the OP stack, at the same address on each of its chains. Source: specs.optimism.io, predeploys. */
const OP_ORACLE: Address = "0x420000000000000000000000000000000000000f";
const opOracle = new Interface(["function getL1Fee(bytes) view returns (uint256)"]);

/** The fee for publishing `data`, which OP chains take beside gas (Arbitrum's estimates include theirs). */
async function dataFee(provider: RpcProvider, data: Hex): Promise<bigint> {
  if ((await provider.getCode(OP_ORACLE)) === "0x") return 0n;
  const call = { to: OP_ORACLE, data: opOracle.encodeFunctionData("getL1Fee", [data]) };
  const answer = await provider.send("eth_call", [call, "latest"]);
  return AbiCoder.defaultAbiCoder().decode(["uint256"], String(answer))[0] as bigint;
}

async function estimateGas(provider: RpcProvider, from: Address, step: Step, factory: boolean): Promise<bigint> {
  // No price and no value: the estimate must not depend on what the account has.
  const call = factory ? { from, to: FACTORY, data: create2Calldata(step.initCode) } : { from, data: step.initCode };
  try {
    const gas = BigInt(String(await provider.send("eth_estimateGas", [call])));
    return withMargin(factory ? gas : gas + FACTORY_OVERHEAD);
  } catch (error) {
    throw new DeploymentError(
      "invalid-options",
      `The node says that the deployment of ${step.contract} would fail (${reason(error)}).`,
      "Check the token's arguments: decimals up to 77, a holder that is not zero.",
    );
  }
}

/** Twice the base fee and the tip that the node suggests: good for six full blocks in a row. */
async function suggestedFees(provider: RpcProvider): Promise<Fees> {
  const block = (await provider.send("eth_getBlockByNumber", ["latest", false])) as { baseFeePerGas?: string };
  const gasPrice = BigInt(String(await provider.send("eth_gasPrice", [])));
  if (block.baseFeePerGas === undefined) return { gasPrice };
  const base = BigInt(block.baseFeePerGas);
  const maxPriorityFeePerGas = gasPrice > base ? gasPrice - base : 0n;
  return { maxFeePerGas: 2n * base + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

/**
 * What the missing parts of a deployment cost at most. Sends nothing.
 * @param from who pays.
 * @param afterwards what else will have to be paid for.
 * @throws DeploymentError `invalid-options` where a constructor would revert.
 */
export async function estimateDeployment(
  provider: RpcProvider,
  from: Address,
  findings: Findings,
  afterwards: readonly { what: string; gas: bigint }[] = [],
): Promise<Estimate> {
  const fees = await suggestedFees(provider);
  const maxFeePerGas = "gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas;
  const lines: CostLine[] = [];
  if (!findings.factory && findings.missing.length > 0) {
    const has = await provider.getBalance(FACTORY_DEPLOYER);
    const gas = has < FACTORY_COST ? 21_000n : 0n;
    const gift = has < FACTORY_COST ? FACTORY_COST - has : 0n;
    lines.push({ what: "deterministic deployment proxy", gas, atMost: gift + gas * maxFeePerGas });
  }
  for (const step of findings.missing) {
    const gas = await estimateGas(provider, from, step, findings.factory);
    const fee = await dataFee(provider, create2Calldata(step.initCode));
    lines.push({ what: step.contract, gas, atMost: gas * maxFeePerGas + fee });
  }
  for (const { what, gas } of afterwards) lines.push({ what, gas, atMost: gas * maxFeePerGas });
  const atMost = lines.reduce((sum, line) => sum + line.atMost, 0n);
  return { lines, fees, maxFeePerGas, atMost, balance: await provider.getBalance(lowerCase(from)) };
}

/** @throws DeploymentError `insufficient-funds` where the deployer cannot pay for all of it. */
export function checkFunds({ atMost, balance }: Estimate, from: Address): void {
  if (balance >= atMost) return;
  throw new DeploymentError(
    "insufficient-funds",
    `The deployment costs up to ${atMost} wei; ${from} has ${balance}.`,
    `Send it at least ${atMost - balance} wei more (${toQuantity(atMost - balance)}), or wait for a lower gas price.`,
  );
}
