import { ChannelManager__factory, MicroToken__factory, type ChannelManager, type MicroToken } from "@rmps/contracts";
import type { Address, Hex } from "@rmps/proofs";
import { AbstractProvider, FetchRequest, JsonRpcProvider, Network, type ContractRunner, type Provider } from "ethers";
import type { ChainFacts } from "../book/moves.ts";
import { SenderError } from "../errors.ts";
import { chainError } from "./chain-error.ts";
import { LOCAL_CHAIN } from "./managers.ts";

/** Where the chain is read and written: one RPC for all, or one for each chain id. */
export type Rpc = string | Provider | Record<string, string | Provider>;

/** Where the embedded chain answers, unless told otherwise. */
export const LOCAL_RPC = "http://127.0.0.1:8545";

/** Milliseconds after which an RPC request that has no answer fails. */
const RPC_TIMEOUT = 20_000;

/** Calls of one moment that go in one request: some public nodes take no more. */
const IN_ONE_REQUEST = 10;

/** Milliseconds between two looks at a pending transaction. */
export const POLLING = 1_000;

/** One chain, through one RPC. */
export interface Chain {
  readonly chainId: bigint;
  readonly provider: Provider;
}

/** The manager's contract, reading or (with a signer) writing. */
export function managerAt(contract: Address, runner: ContractRunner): ChannelManager {
  return ChannelManager__factory.connect(contract, runner);
}

/** A token's contract. Of tokens that are not ours only the ERC-20 part may be called. */
export function tokenAt(token: Address, runner: ContractRunner): MicroToken {
  return MicroToken__factory.connect(token, runner);
}

/** What the chain says of a channel now. */
export async function factsOf(chain: Chain, contract: Address, id: Hex): Promise<ChainFacts> {
  try {
    const { deposit, settled, closesAt } = await managerAt(contract, chain.provider).stateOf(id);
    return { deposit, settled, closesAt };
  } catch (error) {
    throw chainError(error, "reading the channel");
  }
}

/** Unix time, in seconds: the later one of our clock and the newest block's. */
export async function timeOf(chain: Chain): Promise<bigint> {
  const block = await chain.provider.getBlock("latest").catch((error: unknown) => {
    throw chainError(error, "reading the newest block");
  });
  const clock = BigInt(Math.floor(Date.now() / 1000));
  const timestamp = BigInt(block?.timestamp ?? 0);
  return timestamp > clock ? timestamp : clock;
}

/** Waits until it makes sense to look at a chain again. */
export function nextLook({ provider }: Chain): Promise<void> {
  const interval = provider instanceof AbstractProvider ? provider.pollingInterval : POLLING;
  return new Promise((resolve) => setTimeout(resolve, interval));
}

/** Opens chains by id, each once; checks that the RPC serves the chain it should. */
export class Chains {
  readonly #rpc: Rpc | undefined;
  readonly #wallet: Provider | undefined;
  readonly #only: bigint | undefined;
  readonly #open = new Map<bigint, Promise<Chain>>();

  /**
   * @param rpc    as in the options; without it the local chain alone can be reached.
   * @param wallet the provider that came with the wallet: used where `rpc` names none.
   * @param only   the one chain on which the wallet may be used; undefined: all.
   */
  constructor(rpc: Rpc | undefined, wallet: Provider | undefined, only?: bigint) {
    this.#rpc = rpc;
    this.#wallet = wallet;
    this.#only = only;
  }

  /** @throws SenderError `configuration` where no RPC is named, `chain` where it serves another chain or nothing. */
  get(chainId: bigint): Promise<Chain> {
    let chain = this.#open.get(chainId);
    if (chain === undefined) {
      chain = this.#connect(chainId);
      this.#open.set(chainId, chain);
      chain.catch(() => this.#open.delete(chainId));
    }
    return chain;
  }

  async #connect(chainId: bigint): Promise<Chain> {
    if (this.#only !== undefined && chainId !== this.#only) {
      const remedy = `This key is for chain ${this.#only} only: elsewhere use a keystore or a key file.`;
      throw new SenderError("configuration", `this key is not used on chain ${chainId}`, remedy);
    }
    const endpoint = this.#endpoint(chainId);
    const provider = typeof endpoint === "string" ? providerAt(endpoint, chainId) : endpoint;
    const actual = await idOf(provider);
    if (actual === chainId) return { chainId, provider };
    throw new SenderError("chain", `the RPC serves chain ${actual}, not ${chainId}`, "Name an RPC of the right chain.");
  }

  #endpoint(chainId: bigint): string | Provider {
    const rpc = this.#rpc;
    const single = typeof rpc === "string" || (rpc !== undefined && "getBlock" in rpc);
    const named = single ? (rpc as string | Provider) : rpc?.[chainId.toString()];
    const endpoint = named ?? this.#wallet ?? (chainId === LOCAL_CHAIN ? LOCAL_RPC : undefined);
    if (endpoint !== undefined) return endpoint;
    throw new SenderError("configuration", `no RPC for chain ${chainId}`, "Name one: option rpc, --rpc or RMPS_RPC.");
  }
}

function providerAt(url: string, chainId: bigint): Provider {
  const request = new FetchRequest(url);
  request.timeout = RPC_TIMEOUT;
  const options = {
    staticNetwork: Network.from(chainId),
    cacheTimeout: -1, // a nonce or balance of a moment ago would be a wrong one
    pollingInterval: POLLING,
    batchMaxCount: IN_ONE_REQUEST,
    batchStallTime: 0, // what is asked alone waits for no other
  };
  return new JsonRpcProvider(request, chainId, options);
}

/** The chain id that the RPC answers with, not the one that was told to the provider. */
async function idOf(provider: Provider): Promise<bigint> {
  try {
    if (provider instanceof JsonRpcProvider) return BigInt((await provider.send("eth_chainId", [])) as string);
    return (await provider.getNetwork()).chainId;
  } catch (error) {
    throw chainError(error, "asking the RPC for its chain");
  }
}

/** The chain that an RPC serves. @throws SenderError `chain` where it does not answer. */
export async function chainIdAt(url: string): Promise<bigint> {
  try {
    const request = new FetchRequest(url);
    request.timeout = RPC_TIMEOUT;
    request.body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
    const { result } = (await request.send()).bodyJson as { result: string };
    return BigInt(result);
  } catch (error) {
    throw chainError(error, `asking ${url} for its chain`);
  }
}
