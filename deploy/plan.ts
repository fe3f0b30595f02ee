import { concat } from "ethers";
import { ChannelManager__factory } from "../typechain-types/factories/ChannelManager__factory.js";
import { FaucetToken__factory } from "../typechain-types/factories/token/FaucetToken__factory.js";
import { MicroToken__factory } from "../typechain-types/factories/token/MicroToken__factory.js";
import { DeploymentError } from "./errors.ts";
import { create2Address } from "./factory.ts";
import { FAUCET_TOKEN, LOCAL_CHAIN_ID, LOCAL_TOKEN, familyOf, type Family, type TokenArguments } from "./families.ts";
import { ZERO_ADDRESS, lowerCase, type Address, type Hex } from "./hex.ts";

/** A token that is there already, instead of ours. */
export interface ExistingToken {
  existing: Address;
  /**
   * Whether the manager believes its ERC-223 callback (default: no). Only for a `MicroToken` of this repository: a
   * token that can be made to call arbitrary targets could announce deposits that never happened.
   */
  callback?: boolean;
}

/** What to deploy. */
export interface PlanOptions {
  /** Default: `faucet` on the test networks we know, else `micro`. */
  family?: Family;
  /** Arguments of the token that differ from the family's, or a token that is there already. */
  token?: Partial<TokenArguments> | ExistingToken;
}

/** One contract to be deployed through the factory. */
export interface Step {
  contract: "MicroToken" | "FaucetToken" | "ChannelManager";
  /** Where it will be, or is. */
  address: Address;
  /** Constructor arguments as JSON: decimal strings, addresses in lower case. */
  arguments: readonly (string | number)[];
  /** Creation code with the arguments. */
  initCode: Hex;
}

/** A whole deployment, before anything is sent: where everything will be. */
export interface Plan {
  chainId: bigint;
  /** What the token belongs to; `existing`: to neither family. */
  family: Family | "existing";
  /** The token that payments on this chain use by default. */
  token: Address;
  /** The token whose callback the manager believes; zero: none. */
  callbackToken: Address;
  manager: Address;
  /** In the order of sending. */
  steps: readonly Step[];
}

function step(contract: Step["contract"], args: Step["arguments"], code: string, encoded: string): Step {
  const initCode = lowerCase(concat([code, encoded]));
  return { contract, address: create2Address(initCode), arguments: args, initCode };
}

function tokenStep(family: Family, { name, symbol, decimals, supply, holder }: TokenArguments): Step {
  const contract = family === "faucet" ? "FaucetToken" : "MicroToken";
  const factory = family === "faucet" ? FaucetToken__factory : MicroToken__factory;
  const values = [name, symbol, decimals, supply, holder];
  const encoded = factory.createInterface().encodeDeploy(values);
  return step(contract, [name, symbol, decimals, supply.toString(), lowerCase(holder)], factory.bytecode, encoded);
}

function managerStep(callbackToken: Address): Step {
  const encoded = ChannelManager__factory.createInterface().encodeDeploy([callbackToken]);
  return step("ChannelManager", [callbackToken], ChannelManager__factory.bytecode, encoded);
}

function argumentsOf(chainId: bigint, family: Family, given: Partial<TokenArguments>): TokenArguments {
  if (family === "faucet") return { ...FAUCET_TOKEN, ...given };
  if (chainId !== LOCAL_CHAIN_ID && given.holder === undefined) {
    throw new DeploymentError(
      "invalid-options",
      "Nobody is named who gets the token's supply.",
      "Name a holder (the default one's key is public and only for local chains), or an existing token.",
    );
  }
  return { ...LOCAL_TOKEN, ...given };
}

/**
 * Where everything goes on a chain. Pure: the same arguments give the same addresses on every chain.
 * @throws DeploymentError `invalid-options` where the `micro` family is asked for on another chain than 31337 without
 * a holder.
 */
export function planDeployment(chainId: bigint, options: PlanOptions = {}): Plan {
  const token = options.token ?? {};
  if ("existing" in token) {
    const existing = lowerCase(token.existing);
    const callbackToken = token.callback === true ? existing : ZERO_ADDRESS;
    const manager = managerStep(callbackToken);
    return { chainId, family: "existing", token: existing, callbackToken, manager: manager.address, steps: [manager] };
  }
  const family = options.family ?? familyOf(chainId);
  const ours = tokenStep(family, argumentsOf(chainId, family, token));
  const manager = managerStep(ours.address);
  const { address } = ours;
  return { chainId, family, token: address, callbackToken: address, manager: manager.address, steps: [ours, manager] };
}
