import { parseAddress, type Address } from "@rmps/proofs";
import { formatUnits } from "ethers";
import { defaultStatePath, fileStore } from "../book/file-store.ts";
import { chainIdAt, LOCAL_RPC, type Chain } from "../channel/chain.ts";
import { Channels } from "../channel/channels.ts";
import type { ChannelsOptions } from "../channel/options.ts";
import type { GasOptions } from "../channel/transactions/fees.ts";
import type { FeeRise } from "../channel/transactions/options.ts";
import { callbackToken, type DepositPath } from "../channel/deposit.ts";
import { knownManager, type KnownManager, type Managers } from "../channel/managers.ts";
import { SenderError } from "../errors.ts";
import { findKey, type KeyOptions } from "./keys.ts";
import { parseDecimal, printable, readToken, type Token } from "./money.ts";
import type { Surroundings } from "./surroundings.ts";
import { createOutput, type Output } from "./output.ts";

/** Options that all commands share. */
export interface CommonOptions extends KeyOptions {
  rpc?: string;
  manager?: string;
  token?: string;
  via?: DepositPath;
  maxGasPrice?: string;
  resendAfter?: string;
  insecureHttp?: boolean;
  json?: boolean;
}

/** What a command works with. The chain is only asked by those who need it. */
export class Context {
  readonly options: CommonOptions;
  readonly output: Output;
  readonly rpc: string;
  readonly around: Surroundings;
  readonly #tokens = new Map<Address, Promise<Token>>();
  #channels: Promise<Channels> | undefined;
  #chain: Promise<Chain> | undefined;

  constructor(options: CommonOptions, around: Surroundings) {
    this.options = options;
    this.around = around;
    this.output = createOutput(options.json, around);
    this.rpc = options.rpc ?? (around.env["RMPS_RPC"] || LOCAL_RPC);
  }

  /** The options of the library. */
  async channelsOptions(): Promise<ChannelsOptions> {
    const { key, onlyChain } = await findKey(this.options, this.around.env);
    const { via, insecureHttp } = this.options;
    return {
      wallet: key,
      store: fileStore(defaultStatePath(this.around.env)),
      rpc: this.rpc,
      gas: gasOf(this.options),
      onFeeRaised: (rise) => this.output.note(describe(rise)),
      ...(onlyChain !== undefined && { onlyChain }),
      ...(via !== undefined && { via }),
      ...(insecureHttp !== undefined && { allowInsecure: insecureHttp }),
    };
  }

  channels(): Promise<Channels> {
    return (this.#channels ??= this.channelsOptions().then((options) => Channels.create(options)));
  }

  /** The chain that the RPC serves. */
  chain(): Promise<Chain> {
    return (this.#chain ??= this.channels().then(async ({ chains }) => chains.get(await chainIdAt(this.rpc))));
  }

  /** The managers to trust: the named one on the RPC's chain, beside those that are known. */
  async managers(): Promise<Managers> {
    const { manager } = this.options;
    return manager === undefined ? {} : { [(await this.chain()).chainId.toString()]: parseAddress(manager) };
  }

  /** The manager on the RPC's chain. */
  async manager(): Promise<KnownManager> {
    const { chainId } = await this.chain();
    const manager = knownManager(chainId, await this.managers());
    if (manager !== undefined) return manager;
    throw new SenderError("configuration", `no manager is known on chain ${chainId}`, "Name one: --manager.");
  }

  /** The token that is paid in: the named one, else the one that the manager takes by notifying transfer. */
  async token(): Promise<Token> {
    const chain = await this.chain();
    const { token } = this.options;
    const address =
      token === undefined ? await callbackToken(chain, (await this.manager()).contract) : parseAddress(token);
    return this.tokenAt(address);
  }

  /** A token on the RPC's chain; asked for its name once. */
  tokenAt(address: Address): Promise<Token> {
    let token = this.#tokens.get(address);
    if (token === undefined) {
      token = this.chain().then((chain) => readToken(chain, address));
      this.#tokens.set(address, token);
    }
    return token;
  }
}

function gasOf({ maxGasPrice, resendAfter }: CommonOptions): GasOptions {
  return {
    ...(maxGasPrice !== undefined && { maxFeePerGas: positive(maxGasPrice, "--max-gas-price", 9) }),
    ...(resendAfter !== undefined && { resendAfter: Number(positive(resendAfter, "--resend-after", 3)) }),
  };
}

function positive(text: string, option: string, decimals: number): bigint {
  const value = parseDecimal(text, decimals);
  if (value !== undefined && value > 0n) return value;
  throw new SenderError("configuration", `${option}: ${printable(text)} is no number above 0`, "Give one, such as 30.");
}

const describe = ({ doing, maxFeePerGas, hash }: FeeRise) =>
  `${doing}: not mined in time; sent again at up to ${formatUnits(maxFeePerGas, "gwei")} gwei (${hash})`;
