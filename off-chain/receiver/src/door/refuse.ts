import type { IncomingMessage, ServerResponse } from "node:http";
import { PROBLEM_MEDIA_TYPE, type HeaderMap } from "@rmps/wire";
import { sendAnswer } from "../adapters/node/send.ts";
import { problemDocument } from "../problem.ts";

/** Why somebody may not be let in. */
export const DOOR_REFUSALS = ["too-many-requests", "overloaded", "body-too-long"] as const;

/** Why somebody was not let in. */
export type DoorRefusal = (typeof DOOR_REFUSALS)[number];

/**
 * Whether a request may be one that pays. Payers must be able to tell "not now" from an answer that was charged, so
 * they get the `busy` of the wire's closed set, which says to come again with the same balance.
 */
function pays({ headers }: IncomingMessage): boolean {
  return (
    headers["rdn-channel-id"] !== undefined ||
    headers["payment-signature"] !== undefined ||
    headers.authorization !== undefined
  );
}

/** What somebody is told who is not let in. */
export interface TurnedAway {
  readonly reason: DoorRefusal;
  /** After how many the same request may come again; less than 1 counts as 1. */
  readonly seconds: number;
  /** Sent as well. */
  readonly headers: HeaderMap;
}

/** Answers a request that is not let in. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { reason, seconds, headers: more }: TurnedAway,
): void {
  const busy = reason === "overloaded" || (reason === "too-many-requests" && pays(request));
  const status = busy ? 503 : reason === "body-too-long" ? 413 : 429;
  const code = busy ? "busy" : reason;
  const headers: HeaderMap = {
    ...more,
    "Cache-Control": "no-store",
    "Content-Type": PROBLEM_MEDIA_TYPE,
    ...(status !== 413 && { "Retry-After": String(Math.max(1, seconds)) }),
    // What is left of the body is not worth reading.
    ...(reason === "body-too-long" && { Connection: "close" }),
  };
  sendAnswer(response, { status, headers, body: problemDocument({ status, code, ...TEXTS[reason] }) });
}

const TEXTS: Readonly<Record<DoorRefusal, { readonly title: string; readonly detail: string }>> = {
  "too-many-requests": { title: "Too many requests from there", detail: "Come again after the time in Retry-After." },
  overloaded: { title: "Busy", detail: "Come again, with the same balance, after the time in Retry-After." },
  "body-too-long": { title: "The body is too long", detail: "Send a shorter one." },
};
