import { records } from "./addresses/index.ts";
import { LOCAL_CHAIN_ID, type Family } from "./families.ts";
import type { Address } from "./hex.ts";
import { planDeployment } from "./plan.ts";
import type { DeploymentRecord } from "./record.ts";

export { LOCAL_CHAIN_ID } from "./families.ts";
export type { Family } from "./families.ts";
export type { Address, Hex } from "./hex.ts";
export type { ContractRecord, DeploymentRecord } from "./record.ts";

/** Where RMPS is on a chain. */
export interface Deployment {
  chainId: bigint;
  /** The `ChannelManager`. */
  manager: Address;
  /** The token that payments on this chain use by default. */
  token: Address;
  /** The token whose notifying transfers the manager believes; zero: none. */
  callbackToken: Address;
  family: Family | "existing";
  /** No event of the manager is older than this block; 0 where the chain is a new one every time. */
  block: number;
}

let local: Deployment | undefined;

/** The local chain is deployed anew each time, to addresses that follow from the code alone. */
function localDeployment(): Deployment {
  if (local === undefined) {
    const { manager, token, callbackToken, family } = planDeployment(LOCAL_CHAIN_ID);
    local = { chainId: LOCAL_CHAIN_ID, manager, token, callbackToken, family, block: 0 };
  }
  return local;
}

function fromRecord({ chainId, manager, token, callbackToken, family, block }: DeploymentRecord): Deployment {
  return { chainId: BigInt(chainId), manager, token, callbackToken, family, block };
}

/**
 * Where RMPS is on the chain of this id, as far as this package knows: Hardhat's and anvil's local chain (31337), and
 * those that `deploy/addresses/` of the repository records.
 * @param chainId EIP-155 chain id.
 */
export function deploymentOf(chainId: bigint | number): Deployment | undefined {
  if (BigInt(chainId) === LOCAL_CHAIN_ID) return localDeployment();
  const record = recordOf(chainId);
  return record && fromRecord(record);
}

/** What the repository records of a deployment: transactions, arguments, compiler, commit; not for the local chain. */
export function recordOf(chainId: bigint | number): DeploymentRecord | undefined {
  return Object.hasOwn(records, String(chainId)) ? records[String(chainId)] : undefined;
}

/** Every chain that `deploymentOf` knows. */
export function deployments(): Deployment[] {
  return [localDeployment(), ...Object.values(records).map(fromRecord)];
}
