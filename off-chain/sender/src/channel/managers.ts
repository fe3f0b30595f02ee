import { ChannelManager__factory } from "@rmps/contracts";
import { deploymentOf } from "@rmps/contracts/deployments";
import { parseAddress, type Address } from "@rmps/proofs";

/** A manager to put deposits into. */
export interface KnownManager {
  contract: Address;
  /** Block of its deployment: logs are searched from here. */
  block: number;
}

/** Managers by chain id: an address, or an address and the block of its deployment. */
export type Managers = Record<string, string | { contract: string; block?: number }>;

/** How calls of a manager are written, and its errors read. */
export const MANAGER = ChannelManager__factory.createInterface();

/** Chain id of Hardhat's local network, where money is play money. */
export const LOCAL_CHAIN = 31337n;

/** The manager that is believed on a chain: the one that was named, else the one that `@rmps/contracts` ships for it. */
export function knownManager(chainId: bigint, managers: Managers): KnownManager | undefined {
  const entry = managers[chainId.toString()];
  if (entry === undefined) {
    const deployment = deploymentOf(chainId);
    return deployment && { contract: deployment.manager, block: deployment.block };
  }
  if (typeof entry === "string") return { contract: parseAddress(entry), block: 0 };
  return { contract: parseAddress(entry.contract), block: entry.block ?? 0 };
}
