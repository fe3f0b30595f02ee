import type { FastifyReply } from "fastify";

/** An RFC 9457 problem, with what to do about it. */
export interface Problem {
  readonly status: number;
  /** Names the kind of problem; `urn:rmps:problem:<code>` on the wire. */
  readonly code: string;
  readonly title: string;
  /** What is wrong and how to mend it, in a sentence or two. */
  readonly detail: string;
  /** Facts for programs, such as `spent`. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

/** Sends a problem document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, title, detail, extra, retryAfter } = problem;
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="rmps-operator"');
  return reply
    .code(status)
    .type("application/problem+json")
    .send(Buffer.from(JSON.stringify({ type: `urn:rmps:problem:${code}`, title, status, detail, code, ...extra })));
}

export const NOT_FOUND: Problem = {
  status: 404,
  code: "channel-not-found",
  title: "No such channel",
  detail: "This receiver knows no channel of that sender with that id. Check both; a new channel needs a moment.",
};

export const UNAUTHORIZED: Problem = {
  status: 401,
  code: "unauthorized",
  title: "Operators only",
  detail: "Send the operator's token: Authorization: Bearer <token>.",
};

export const STORE_UNAVAILABLE: Problem = {
  status: 503,
  code: "store-unavailable",
  title: "The store fails",
  detail: "The receiver cannot reach its store. Nothing has changed; try again.",
  retryAfter: 2,
};

/** A request that cannot be read. @param detail which part, and how it should look. */
export function malformed(detail: string): Problem {
  return { status: 400, code: "malformed-request", title: "Malformed request", detail };
}
