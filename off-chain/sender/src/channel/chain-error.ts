import { isError } from "ethers";
import { SenderError, type SenderErrorCode } from "../errors.ts";
import { MANAGER } from "./managers.ts";

/** Name of the manager's own error in a revert, or undefined. */
function revertOf(error: unknown): string | undefined {
  const data = isError(error, "CALL_EXCEPTION") ? error.data : undefined;
  if (typeof data !== "string" || data.length < 10) return undefined;
  return MANAGER.parseError(data)?.name;
}

/** The node's own words, where ethers does not know them. */
function wordsOf(error: unknown): string | undefined {
  if (!isError(error, "UNKNOWN_ERROR")) return undefined;
  const { message } = (error.error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message.replace(/\p{Cc}/gu, " ").slice(0, 200) : undefined;
}

/** Whether a node says, in words that ethers does not know, that the account cannot pay for the gas. */
function lacksFunds(error: unknown): boolean {
  return /insufficient funds|enough funds/i.test(wordsOf(error) ?? "");
}

/** What went wrong with the chain, in words, with a remedy. Passes on what is a SenderError already. */
export function chainError(error: unknown, doing: string): SenderError {
  if (error instanceof SenderError) return error;
  const failure = (code: SenderErrorCode, what: string, remedy: string) =>
    new SenderError(code, `${doing}: ${what}`, remedy, { cause: error });
  if (isError(error, "ACTION_REJECTED")) {
    return failure("rejected", "it was declined in the wallet", "Nothing was sent. Confirm in the wallet to go on.");
  }
  if (isError(error, "INSUFFICIENT_FUNDS") || lacksFunds(error)) {
    return failure("insufficient-funds", "the account lacks gas money", "Send it some native coins.");
  }
  if (isError(error, "REPLACEMENT_UNDERPRICED") || isError(error, "NONCE_EXPIRED")) {
    const remedy = "Use an account of its own for this, and try again: nothing was sent.";
    return failure("chain", "another program sends from the account at the same time", remedy);
  }
  if (isError(error, "CALL_EXCEPTION")) {
    const reason = revertOf(error) ?? error.reason ?? "reverted";
    return failure("chain", `the contract refuses (${reason})`, "Look at the channel: rmps channels.");
  }
  if (isError(error, "BAD_DATA")) {
    const remedy = "Check the address of the contract and the chain of the RPC.";
    return failure("chain", "there is no such contract", remedy);
  }
  const message = wordsOf(error) ?? (error instanceof Error ? error.message.split(" (")[0]! : String(error));
  return failure("chain", message, "Check the RPC (option rpc, --rpc, RMPS_RPC) and try again.");
}
