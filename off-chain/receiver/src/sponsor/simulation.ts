import { MicroToken__factory, readRevert } from "@rmps/contracts";
import type { Address, Hex } from "@rmps/proofs";
import { RpcError } from "../chain/rpc/errors.ts";
import type { GasAccount } from "../chain/settler/gas-account.ts";

/** Its errors are OpenZeppelin's, which other tokens share, and `Error(string)`, which the rest use. */
const token = MicroToken__factory.createInterface();

/** Longest reason that is passed on, in characters. */
const LONGEST = 100;

/** What came of trying a transaction out. */
export type Simulation =
  | { readonly kind: "succeeds"; /** As the node estimates. */ readonly gas: bigint }
  | { readonly kind: "reverts"; readonly reason: string };

/** Tries the very transaction on the chain as it is. @param expected what the call has to return. @throws RpcUnavailable */
export async function simulate(account: GasAccount, to: Address, data: Hex, expected: Hex): Promise<Simulation> {
  try {
    const answer = await account.call(to, data);
    if (answer !== expected) return { kind: "reverts", reason: "the contract answers with another channel" };
    return { kind: "succeeds", gas: await account.estimate(to, data) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { kind: "reverts", reason: reasonOf(error) };
  }
}

/** Why a node says that it would revert: an error's name, or what the token says. */
export function reasonOf(error: RpcError): string {
  const ours = readRevert(error)?.name;
  if (ours !== undefined) return ours;
  const data = dataOf(error.data);
  const theirs = data === undefined ? null : token.parseError(data);
  if (theirs === null) return "the token, or Permit2, refuses";
  const [first] = theirs.args as unknown as [unknown?];
  // The token's own words end up in our answer.
  return theirs.name === "Error"
    ? String(first)
        .replace(/[^\x20-\x7e]/g, "")
        .slice(0, LONGEST)
    : theirs.name;
}

function dataOf(data: unknown): string | undefined {
  if (typeof data === "string") return /^0x([0-9a-f]{2}){4,}$/i.test(data) ? data : undefined;
  return typeof data === "object" && data !== null && "data" in data ? dataOf(data.data) : undefined;
}
