import type { FastifyReply } from "fastify";
import type { Sponsoring } from "../sponsor/sponsoring.ts";
import type { PlainCode, SponsorRefusal } from "../sponsor/types.ts";
import { parseSponsorRequest } from "./parse.ts";
import { sendProblem, STORE_UNAVAILABLE, type Problem } from "./problem.ts";

const OFF: Problem = {
  status: 404,
  code: "sponsoring-off",
  title: "Nothing is sponsored here",
  detail: "This receiver pays nobody's gas. Open the channel with a transaction of your own.",
};

/** Answers a request to sponsor a deposit: at once, with the transaction's hash. */
export async function sponsor(sponsoring: Sponsoring | undefined, body: unknown, reply: FastifyReply) {
  if (sponsoring === undefined) return sendProblem(reply, OFF);
  const parsed = parseSponsorRequest(body);
  if ("problem" in parsed) return sendProblem(reply, parsed.problem);
  const verdict = await sponsoring.desk.ask(parsed.value);
  if (verdict.kind === "refused") return sendProblem(reply, sponsorProblem(verdict));
  const { channelId, transaction, fee } = verdict;
  return reply.code(202).send({ channel_id: channelId, transaction, fee: String(fee) });
}

type Page = Omit<Problem, "code">;

const page = (status: number, title: string, detail: string, retryAfter?: number): Page =>
  retryAfter === undefined ? { status, title, detail } : { status, title, detail, retryAfter };

const PAGES: Record<PlainCode, Page> = {
  "wrong-terms": page(
    422,
    "Not our terms",
    "Name exactly the receiver, receiver_signer and token of GET /stats, and a challenge_period within its bounds.",
  ),
  "method-not-supported": page(422, "Cannot be authorized so", "Use one of the methods that GET /stats lists."),
  "authorization-window": page(
    422,
    "Not valid now, or not for long enough",
    "Sign an authorization that is valid already, and for at least ten minutes more; an hour is usual.",
  ),
  "sender-busy": page(
    409,
    "Another one is under way",
    "A deposit of this sender is being sponsored. Wait until its transaction is mined, then ask again.",
    15,
  ),
  "sender-barred": page(
    429,
    "The last one failed",
    "A sponsored deposit of this sender reverted within the last day, and its gas was lost. Deposit with your own gas.",
    3600,
  ),
  "budget-exhausted": page(
    503,
    "Enough for today",
    "What this receiver spends on gas for others in a day is spent. Ask later, or deposit with your own gas.",
    3600,
  ),
  "too-costly": page(
    503,
    "Gas is too dear",
    "At today's price the deposit costs more gas than is sponsored. Ask later, or deposit with your own gas.",
    300,
  ),
  "gas-money-short": page(
    503,
    "Short of gas money",
    "The receiver needs its coins for its own transactions. Ask later, or deposit with your own gas.",
    300,
  ),
  "channel-closing": page(409, "The channel ends", "The channel is closing. Deposit into one with another salt."),
  "channel-closed": page(409, "The channel is closed", "A closed channel stays closed. Use terms with another salt."),
  "sponsorship-pending": page(
    503,
    "Taken, not sent yet",
    "The request is stored and will be sent. Send the very same request again for its transaction.",
    5,
  ),
  busy: page(503, "Too many at once", "Other deposits are being sponsored. Send the very same request again.", 5),
  "chain-unavailable": page(
    503,
    "The chain cannot be reached",
    "The receiver's node does not answer. Send the very same request again.",
    5,
  ),
  "store-unavailable": STORE_UNAVAILABLE,
};

/** Why nothing is sent, and what to do. */
function sponsorProblem(refusal: SponsorRefusal): Problem {
  const { code } = refusal;
  switch (code) {
    case "deposit-too-small": {
      const detail = `Deposit at least ${refusal.least}, or deposit with your own gas.`;
      return { ...page(422, "Too small to be sponsored", detail), code, extra: { least: String(refusal.least) } };
    }
    case "fee-not-ours": {
      const detail = `Sponsoring costs ${refusal.fee}, charged with the first proof. Agree to it by "fee": "${refusal.fee}".`;
      return { ...page(409, "Another fee is asked for", detail), code, extra: { fee: String(refusal.fee) } };
    }
    case "would-fail": {
      const detail = `The deposit would revert (${refusal.reason}). Check tokens, approval, domain and nonce, and sign anew.`;
      return { ...page(409, "It would fail", detail), code };
    }
    case "sponsorship-failed": {
      const { transaction } = refusal;
      const detail = "This deposit failed. Sign a new authorization, or deposit with your own gas.";
      return { ...page(409, "It failed", detail), code, ...(transaction && { extra: { transaction } }) };
    }
    default:
      return { ...PAGES[code], code };
  }
}
