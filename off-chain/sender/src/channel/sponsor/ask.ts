import { parseHash, type Hex, type Terms } from "@rmps/proofs";
import { writeTerms } from "@rmps/wire";
import { SenderError } from "../../errors.ts";
import { backoff, retryAfterIn } from "../../http/again.ts";
import { shortText } from "../../http/body.ts";
import { apiUrl, reasonIn, type ReceiverDesk } from "../receiver-api.ts";
import type { Authorization } from "./authorization.ts";

/** What a receiver is asked to deposit. */
export interface SponsorRequest {
  terms: Terms;
  amount: bigint;
  fee: bigint;
  authorization: Authorization;
}

/** What came of asking. `unknown`: it may yet be deposited. */
export type SponsorAnswer =
  { kind: "sent"; transaction: Hex } | { kind: "refused"; reason: string } | { kind: "unknown"; reason: string };

/** Milliseconds for one answer; the receiver tries the deposit out and sends it meanwhile. */
const TIMEOUT = 30_000;

/** How often the very same request is sent again where the receiver could not (yet) answer it. */
const ATTEMPTS = 6;

/** Longest answer that is read, in bytes. */
const LONGEST = 10_000;

/** Refusals after which the very same request may be answered: nothing is charged for it twice. */
const PASSING: ReadonlySet<unknown> = new Set([
  "sponsorship-pending",
  "busy",
  "chain-unavailable",
  "store-unavailable",
]);

/** Asks a receiver to send a deposit. */
export async function askSponsor(desk: ReceiverDesk, request: SponsorRequest): Promise<SponsorAnswer> {
  const url = apiUrl(desk, "/channels");
  const body = bodyOf(request);
  let last: SponsorAnswer = { kind: "unknown", reason: "it was not asked" };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { answer, again } = await once(desk, url, body);
    if (again === undefined) return answer;
    last = answer;
    if (attempt < ATTEMPTS - 1) await new Promise((resolve) => setTimeout(resolve, backoff(attempt, again)));
  }
  return last;
}

/** @returns the answer, and where another one may be had, the least milliseconds after which to ask again. */
async function once(desk: ReceiverDesk, url: URL, body: string): Promise<{ answer: SponsorAnswer; again?: number }> {
  let response: Response;
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const signal = AbortSignal.timeout(TIMEOUT);
    response = await desk.fetch(url, { method: "POST", body, headers, redirect: "error", signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { answer: { kind: "unknown", reason }, again: 0 };
  }
  const json = await jsonOf(response);
  if (response.status === 202) return { answer: sent(json["transaction"]) };
  const reason = reasonIn(json) ?? `HTTP ${response.status}`;
  if (response.status >= 400 && response.status < 500) return { answer: { kind: "refused", reason } };
  if (response.status === 503 && !PASSING.has(json["code"])) return { answer: { kind: "refused", reason } };
  return { answer: { kind: "unknown", reason }, again: retryAfterIn(response.headers) ?? 0 };
}

/** What an answer that names a transaction comes to. */
function sent(transaction: unknown): SponsorAnswer {
  try {
    return { kind: "sent", transaction: parseHash(String(transaction)) };
  } catch {
    return { kind: "unknown", reason: "its answer names no transaction" };
  }
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse((await shortText(response, LONGEST)) ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function bodyOf({ terms, amount, fee, authorization }: SponsorRequest): string {
  return JSON.stringify({
    terms: writeTerms(terms),
    amount: `${amount}`,
    fee: `${fee}`,
    authorization,
  });
}

/** The error of a deposit that was not sponsored. */
export function notSponsored(reason: string): SenderError {
  const remedy = "Deposit with your own gas, or mend what it names.";
  return new SenderError("refused", `the receiver does not sponsor the deposit: ${reason}`, remedy);
}
