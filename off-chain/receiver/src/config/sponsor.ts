import { PERMIT2, type Address } from "@rmps/proofs";
import { isRevert } from "../chain/rpc/errors.ts";
import { bytes } from "../chain/rpc/results.ts";
import type { Rpc } from "../chain/rpc/rpc.ts";
import { RefusedToStart } from "../refused-to-start.ts";
import type { SponsorMethod, SponsorPolicy } from "../sponsor/types.ts";
import type { ReceiverOptions } from "./options.ts";

/** Calldata of `authorizationState(address,bytes32)`, which every ERC-3009 token answers, for account and nonce 1. */
const AUTHORIZATION_STATE = `0xe94a0102${"1".padStart(64, "0").repeat(2)}`;

/** How many transactions a budget is for at least, unless `maxCost` says otherwise. */
const TRANSACTIONS = 20n;

/**
 * Fills in what sponsoring leaves open, and checks it.
 * @throws RefusedToStart, RpcUnavailable, RpcError
 */
export async function resolveSponsor(
  { sponsor, keys, minDeposit = 0n }: ReceiverOptions,
  rpc: Rpc,
  token: Address,
): Promise<SponsorPolicy | undefined> {
  if (sponsor === undefined) return undefined;
  const { budget, fee = 0n, maxCost = budget / TRANSACTIONS } = sponsor;
  if (keys?.gas === undefined) throw refused("there is no gas key", "Give the key that pays (keys.gas).");
  if (maxCost <= 0n || maxCost > budget) {
    throw refused(`one transaction may cost ${maxCost} wei, all of a day ${budget}`, "Choose 0 < maxCost ≤ budget.");
  }
  if (sponsor.minDeposit <= 0n || sponsor.minDeposit < minDeposit) {
    const remedy = "Sponsor deposits above 0 only, and none that is too small to be served (minDeposit).";
    throw refused(`deposits from ${sponsor.minDeposit} would be sponsored`, remedy);
  }
  const methods = await methodsOf(rpc, token);
  if (methods.length > 0) return { budget, maxCost, fee, minDeposit: sponsor.minDeposit, methods };
  const remedy = "Leave sponsoring out, or choose a token with ERC-3009, or a chain with Permit2.";
  throw refused(`the token ${token} has no ERC-3009, and there is no Permit2 here`, remedy);
}

async function methodsOf(rpc: Rpc, token: Address): Promise<SponsorMethod[]> {
  const methods: SponsorMethod[] = [];
  if (await answersWord(rpc, token)) methods.push("erc3009");
  if ((await rpc.request("eth_getCode", [PERMIT2, "latest"], bytes)) !== "0x") methods.push("permit2");
  return methods;
}

async function answersWord(rpc: Rpc, token: Address): Promise<boolean> {
  try {
    const answer = await rpc.request("eth_call", [{ to: token, data: AUTHORIZATION_STATE }, "latest"], bytes);
    return answer.length === 66;
  } catch (error) {
    if (isRevert(error)) return false;
    throw error;
  }
}

function refused(what: string, remedy: string): RefusedToStart {
  return new RefusedToStart(`sponsor: ${what}.`, remedy);
}
