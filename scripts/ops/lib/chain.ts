import { ChannelManager__factory, type ChannelManager } from "@rmps/contracts";
import { deploymentOf } from "@rmps/contracts/deployments";
import { parseAddress, type Address } from "@rmps/proofs";
import { JsonRpcProvider, type Signer } from "ethers";
import { OperatorError } from "./command.ts";
import { signerOf } from "./keys.ts";

/** Where a command works. */
export interface Chain {
  provider: JsonRpcProvider;
  chainId: bigint;
  contract: Address;
  /** For reading. */
  manager: ChannelManager;
  /** The token that payments on this chain use by default; undefined where no deployment is recorded. */
  token: Address | undefined;
  /** Logs before this block do not count. */
  fromBlock: number;
}

/** The options that say where. */
export interface Where {
  rpc?: string | undefined;
  manager?: string | undefined;
  "from-block"?: string | undefined;
}

/** The options that say who sends. */
export interface Who {
  "key-file"?: string | undefined;
  account?: string | undefined;
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new OperatorError(`--${option}: ${text} is no whole number.`);
  return Number(text);
}

/** An address of the command line, lower case. */
export function addressOption(what: string, text: string): Address {
  try {
    return parseAddress(text);
  } catch {
    throw new OperatorError(`${what}: ${text} is no address.`);
  }
}

/** Connects to a node, and finds the manager of its chain. */
export async function connect(where: Where): Promise<Chain> {
  const url = where.rpc ?? process.env.RMPS_RPC?.split(",")[0]!.trim() ?? "http://127.0.0.1:8545";
  if (!/^https?:/.test(url) || !URL.canParse(url)) throw new OperatorError(`--rpc: ${url} is no URL of HTTP.`);
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 250 });
  let chainId: bigint;
  try {
    chainId = BigInt(String(await provider.send("eth_chainId", [])));
  } catch {
    provider.destroy();
    throw new OperatorError(`No node answers at ${new URL(url).origin}.`);
  }
  const known = deploymentOf(chainId);
  const contract = where.manager === undefined ? known?.manager : addressOption("--manager", where.manager);
  if (contract === undefined) {
    throw new OperatorError(`No ChannelManager is recorded for chain ${chainId}: name one by --manager.`);
  }
  if ((await provider.getCode(contract)) === "0x") {
    throw new OperatorError(`There is no contract at ${contract} on chain ${chainId}.`);
  }
  const first = where["from-block"];
  const recorded = known?.manager === contract ? known.block : 0;
  const fromBlock = first === undefined ? recorded : wholeNumber("from-block", first);
  const manager = ChannelManager__factory.connect(contract, provider);
  return { provider, chainId, contract, manager, token: known?.token, fromBlock };
}

/** Who sends, by key file or, on the local chain, by number. */
export async function sender(chain: Chain, who: Who): Promise<Signer> {
  const index = who.account === undefined ? undefined : wholeNumber("account", who.account);
  return signerOf(chain, who["key-file"], index);
}
