import type { Family } from "./families.ts";
import type { Address, Hex } from "./hex.ts";

/** One contract of a record. */
export interface ContractRecord {
  contract: "MicroToken" | "FaucetToken" | "ChannelManager";
  address: Address;
  /** Constructor arguments: decimal strings, addresses in lower case. */
  arguments: readonly (string | number)[];
  /** The transaction that deployed it; absent where it was there before us. */
  transaction?: Hex;
  /** Whether an explorer has its source. */
  verified: boolean;
}

/** What `deploy/addresses/<chainId>.json` holds: everything somebody needs to check a deployment, and to use it. */
export interface DeploymentRecord {
  chainId: string;
  network: string;
  family: Family | "existing";
  manager: Address;
  token: Address;
  callbackToken: Address;
  /** No event of the manager is older than this block. */
  block: number;
  /** The commit that was deployed, with `-dirty` where files differed from it. */
  commit: string;
  compiler: { version: string; settings: unknown };
  contracts: readonly ContractRecord[];
  /** Whether a channel was opened, paid on, settled and closed on it. */
  smokeTested: boolean;
}
