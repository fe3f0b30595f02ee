import { LimitExceededError, PaymentRefusedError, SenderError, type SenderErrorCode } from "@rmps/sender";

/** A failure in the words of the page. */
export interface Explanation {
  readonly message: string;
  /** What to do about it: a sentence. */
  readonly remedy: string;
}

/** Instead of the remedies that name a command line. */
const REMEDIES: Partial<Record<SenderErrorCode, string>> = {
  chain: "Check the wallet's network and connection, then try again.",
  channel: "Close the channel below to get your money back, then open another.",
  state: "Allow this site to keep data, and do not use a private window.",
};

const REFUSED = "Close the channel below to get back what is left, or try again later.";

/** What went wrong, and what to do about it. */
export function explain(error: unknown): Explanation {
  if (error instanceof LimitExceededError) return overLimit(error);
  if (error instanceof PaymentRefusedError) {
    return { message: `The seller did not take the payment: ${error.reason}.`, remedy: REFUSED };
  }
  if (error instanceof SenderError) {
    const remedy = error.code === "chain" && error.remedy.includes("wallet") ? error.remedy : REMEDIES[error.code];
    return { message: sentence(error.message), remedy: remedy ?? error.remedy };
  }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (code === 4001 || code === "ACTION_REJECTED") {
    return { message: "It was declined in the wallet.", remedy: "Nothing was sent. Choose again to go on." };
  }
  if (code === -32002) {
    return { message: "The wallet is waiting for you already.", remedy: "Open it and answer what it asks." };
  }
  const text = typeof message === "string" && message !== "" ? message : String(error);
  return { message: sentence(text.slice(0, 300)), remedy: "Reload the page and try again." };
}

function overLimit({ limit, message }: LimitExceededError): Explanation {
  if (limit === "maxDeposit") return { message: "The deposit does not cover this price.", remedy: "Top it up below." };
  if (limit === "maxPrice") return { message: "The price has changed.", remedy: "Reload the page to see the new one." };
  if (limit === "maxSponsorFee") {
    const message = "The seller wants another fee for paying the network's.";
    return { message, remedy: "Nothing was signed. Reload the page to see the new one." };
  }
  return { message: sentence(message), remedy: "Nothing was signed. Reload the page and try again." };
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
