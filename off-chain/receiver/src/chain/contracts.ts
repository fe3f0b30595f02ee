import { IChannelManager__factory, MicroToken__factory } from "@rmps/contracts";
import { DOMAIN_NAME, ZERO_ADDRESS, type Address } from "@rmps/proofs";
import { isError, type Interface, type Result } from "ethers";
import { RefusedToStart } from "../refused-to-start.ts";
import { isRevert } from "./rpc/errors.ts";
import { bytes } from "./rpc/results.ts";
import type { Rpc } from "./rpc/rpc.ts";

const manager = IChannelManager__factory.createInterface();
const erc20 = MicroToken__factory.createInterface();

/** What ethers says of an answer that is none of the function's. */
const UNREADABLE = ["BAD_DATA", "BUFFER_OVERRUN", "CALL_EXCEPTION"] as const;

/** @throws RefusedToStart where `address` holds no `ChannelManager`: proofs would be checked for something else. */
export async function checkManager(rpc: Rpc, address: Address): Promise<void> {
  await checkCode(rpc, address, "contract");
  const domain = await answerOf(rpc, address, manager, "eip712Domain", []);
  const name: unknown = domain?.["name"];
  if (name === DOMAIN_NAME) return;
  throw new RefusedToStart(
    `What is at ${address}, which is given as the contract, is no ChannelManager.`,
    'Give the address of the ChannelManager (contract); that of the token belongs in "token".',
  );
}

/** @throws RefusedToStart where `address` holds no ERC-20. */
export async function checkToken(rpc: Rpc, address: Address): Promise<void> {
  await checkCode(rpc, address, "token");
  if ((await answerOf(rpc, address, erc20, "balanceOf", [ZERO_ADDRESS])) !== undefined) return;
  throw new RefusedToStart(
    `What is at ${address}, which is given as the token, tells no balances: it is no ERC-20.`,
    "Give the address of the token in which prices are (token).",
  );
}

async function checkCode(rpc: Rpc, address: Address, what: "contract" | "token"): Promise<void> {
  const code = await rpc.request("eth_getCode", [address, "latest"], bytes);
  if (code !== "0x") return;
  throw new RefusedToStart(
    `There is no code at ${address}, which is given as the ${what}.`,
    `Give the address at which the ${what} is deployed on this chain, or deploy it there first.`,
  );
}

/**
 * What a function answers; undefined where there is none of that name.
 * @throws RpcUnavailable; RpcError where the node itself failed, which says nothing about the contract.
 */
export async function answerOf(
  rpc: Rpc,
  to: Address,
  contract: Interface,
  name: string,
  args: readonly unknown[],
): Promise<Result | undefined> {
  try {
    const call = { to, data: contract.encodeFunctionData(name, args) };
    return contract.decodeFunctionResult(name, await rpc.request("eth_call", [call, "latest"], bytes));
  } catch (error) {
    if (isRevert(error) || UNREADABLE.some((code) => isError(error, code))) return undefined;
    throw error;
  }
}
