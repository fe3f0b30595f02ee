import { concat, getCreate2Address, keccak256, Transaction } from "ethers";
import { lowerCase, type Address, type Hex } from "./hex.ts";

/**
 * The deterministic deployment proxy, at one address on nearly every chain because nobody holds its deployer's key: the
 * signature of its one transaction was made up, and the account that would have signed follows from it.
 * Source: https://github.com/Arachnid/deterministic-deployment-proxy
 */
export const FACTORY: Address = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** The proxy's code on chain. Called with `salt ‖ init code`, it deploys by CREATE2; it reverts where that fails. */
export const FACTORY_CODE: Hex =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/** The transaction that deploys the proxy: no replay protection (it predates EIP-155), so it is good on every chain. */
export const FACTORY_TRANSACTION: Hex =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";

const parsed = Transaction.from(FACTORY_TRANSACTION);

/** The hash of `FACTORY_TRANSACTION`. */
export const FACTORY_HASH: Hex = lowerCase(parsed.hash ?? "");

/** The creation code that `FACTORY_TRANSACTION` runs. */
export const FACTORY_INIT_CODE: Hex = lowerCase(parsed.data);

/** The gas that `FACTORY_TRANSACTION` has, whatever the chain wants for it. */
export const FACTORY_GAS: bigint = parsed.gasLimit;

/** The account from which `FACTORY_TRANSACTION` comes. */
export const FACTORY_DEPLOYER: Address = lowerCase(parsed.from ?? "");

/** The gas price that `FACTORY_TRANSACTION` offers, in wei: 100 gwei, whatever the chain asks for. */
export const FACTORY_GAS_PRICE: bigint = parsed.gasPrice ?? 0n;

/** What the deployer must have for `FACTORY_TRANSACTION`, in wei: 0.01 ether. */
export const FACTORY_COST: bigint = FACTORY_GAS * FACTORY_GAS_PRICE;

/** The salt of all our deployments: what differs between versions is the code itself. */
export const SALT: Hex = `0x${"00".repeat(32)}`;

/** Where the proxy deploys `initCode` (creation code with constructor arguments). */
export function create2Address(initCode: Hex): Address {
  return lowerCase(getCreate2Address(FACTORY, SALT, keccak256(initCode)));
}

/** What to send to the proxy so that it deploys `initCode`. */
export function create2Calldata(initCode: Hex): Hex {
  return lowerCase(concat([SALT, initCode]));
}
