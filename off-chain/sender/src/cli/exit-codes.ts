import { ParseError } from "@rmps/proofs";
import { LimitExceededError, SenderError, type LimitName, type SenderErrorCode } from "../errors.ts";
import type { Context } from "./context.ts";
import { show } from "./money.ts";

/** What the command exits with. */
export const EXIT = {
  unexpected: 1,
  usage: 2,
  limit: 3,
  refused: 4,
  funds: 5,
  chain: 6,
  unreachable: 7,
  unknown: 8,
  state: 9,
  insecure: 10,
  http: 22,
} as const;

/** The same for people: the end of every help page. */
export const EXIT_HELP = `
Exit codes:
   0  done
   1  something unexpected
   2  wrong usage, or a key or an option that is missing or malformed
   3  the offer exceeds your limits; nothing was signed
   4  the receiver refuses the payment, or there is no channel for what was asked
   5  the account lacks tokens or gas money
   6  the chain or its RPC does not do what is needed
   7  the server cannot be reached
   8  a paid request was sent and no answer came; it counts as spent
   9  the state file cannot be used
  10  the payment would travel in the clear
  22  with --fail: the server answered with status 400 or above`;

const CODES: Record<SenderErrorCode, number> = {
  "limit-exceeded": EXIT.limit,
  insecure: EXIT.insecure,
  refused: EXIT.refused,
  "outcome-unknown": EXIT.unknown,
  rejected: EXIT.chain,
  "insufficient-funds": EXIT.funds,
  chain: EXIT.chain,
  channel: EXIT.refused,
  state: EXIT.state,
  configuration: EXIT.usage,
};

/** The options that move limits. */
const OPTIONS: Partial<Record<LimitName, string>> = {
  maxPrice: "--max-price",
  maxDeposit: "--max-deposit",
  manager: "--manager",
  maxSponsorFee: "--max-fee",
  maxChallengePeriod: "--max-challenge-period",
  token: "--token",
};

/** What the command says and exits with. */
export interface Failure {
  code: number;
  message: string;
  remedy: string | undefined;
}

async function messageOf({ amounts, message }: SenderError, context: Context | undefined): Promise<string> {
  if (amounts === undefined || context === undefined) return message;
  try {
    const token = await context.tokenAt(amounts.token);
    return amounts.say((amount) => show(amount, token));
  } catch {
    return message; // Without the chain the smallest unit has to do.
  }
}

function remedyFor(error: SenderError): string {
  const option = error instanceof LimitExceededError ? OPTIONS[error.limit] : undefined;
  return option === undefined ? error.remedy : `Nothing was signed. If this is what you want: ${option}.`;
}

/**
 * What to say of a failure, without a stack trace, and what to exit with.
 * @param context of the command, by which amounts are written in whole tokens; undefined: it did not come so far.
 */
export async function explain(error: unknown, context: Context | undefined): Promise<Failure> {
  if (error instanceof SenderError) {
    const message = await messageOf(error, context);
    return { code: CODES[error.code], message, remedy: remedyFor(error) };
  }
  if (error instanceof ParseError) return { code: EXIT.usage, message: error.message, remedy: error.remedy };
  if (error instanceof TypeError && error.cause instanceof Error) {
    const { code } = error.cause as NodeJS.ErrnoException;
    const message = error.cause.message || code || error.message;
    return { code: EXIT.unreachable, message, remedy: "Is the server running? Check the URL." };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: EXIT.unexpected, message, remedy: undefined };
}
