import { parseAmount, ParseError, type CloseRequest, type Hex, type Terms } from "@rmps/proofs";
import { shortText } from "../http/body.ts";
import { apiUrl, reasonIn, type ReceiverDesk } from "./receiver-api.ts";

/** What asking for a closing agreement came to. Its signature is not checked here. */
export type AgreementAnswer =
  | { kind: "agreed"; amount: bigint; deadline: bigint; signature: Hex }
  | { kind: "refused"; reason: string } // the receiver answered, with something else
  | { kind: "unreachable"; reason: string };

/** Milliseconds after which a receiver that does not answer counts as unreachable. */
const TIMEOUT = 15_000;

/** Longest answer that is read, in bytes: an agreement takes some 300. */
const LONGEST = 10_000;

/** Asks the receiver to close at `request.amount`, with our signed request. Nothing else about us leaves. */
export async function askForAgreement(
  desk: ReceiverDesk,
  terms: Terms,
  request: CloseRequest,
  signature: Hex,
): Promise<AgreementAnswer> {
  let url: URL;
  try {
    url = apiUrl(desk, `/channels/${terms.sender}/${request.channelId}`);
  } catch (error) {
    return { kind: "unreachable", reason: messageOf(error) };
  }
  const body = JSON.stringify({ amount: `${request.amount}`, deadline: `${request.deadline}`, signature });
  const answer = await send(desk, "DELETE", url, body);
  // Not everything between us and the receiver lets a DELETE with a body through.
  const blocked = answer instanceof Response && [405, 411, 501].includes(answer.status);
  return read(blocked ? await send(desk, "POST", new URL(`${url.href}/close`), body) : answer);
}

async function send(desk: ReceiverDesk, method: string, url: URL, body: string): Promise<Response | Error> {
  try {
    return await desk.fetch(url, {
      method,
      body,
      headers: { "content-type": "application/json", accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function read(answer: Response | Error): Promise<AgreementAnswer> {
  if (answer instanceof Error) return { kind: "unreachable", reason: messageOf(answer) };
  const text = (await shortText(answer, LONGEST).catch(() => undefined)) ?? "";
  if (answer.status >= 500) return { kind: "unreachable", reason: `HTTP ${answer.status}` };
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    if (!answer.ok) return { kind: "refused", reason: reasonIn(json) ?? `HTTP ${answer.status}` };
    const { amount, deadline, close_signature: agreement } = json;
    if (typeof amount !== "string" || typeof agreement !== "string") throw new ParseError("not an agreement", "");
    if (typeof deadline !== "string" && typeof deadline !== "number") throw new ParseError("not an agreement", "");
    return {
      kind: "agreed",
      amount: parseAmount(amount),
      deadline: parseAmount(deadline.toString()),
      signature: agreement.toLowerCase() as Hex,
    };
  } catch {
    return { kind: "refused", reason: answer.ok ? "its answer is no agreement" : `HTTP ${answer.status}` };
  }
}

function messageOf(error: unknown): string {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
