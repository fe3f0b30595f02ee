import { PROBLEM_MEDIA_TYPE } from "@rmps/wire";
import type { FastifyReply, FastifyRequest } from "fastify";
import { RpcError, RpcUnavailable } from "../chain/rpc/errors.ts";
import { problemDocument, type ProblemFacts } from "../problem.ts";
import { StoreUnavailable } from "../store/error.ts";

/** A problem as the API answers with it. */
export interface Problem extends ProblemFacts {
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

/** Sends a problem document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, retryAfter } = problem;
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="rmps-operator"');
  return reply
    .code(status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(problemDocument(problem)));
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

/** What a request is answered whose handler threw. Of a bug the client learns nothing, the log all. */
function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof StoreUnavailable) return STORE_UNAVAILABLE;
  if (error instanceof RpcUnavailable || error instanceof RpcError) {
    const detail = "The receiver's node does not answer, or not as it should. Try again.";
    return { status: 503, code: "chain-unavailable", title: "The chain cannot be reached", detail, retryAfter: 5 };
  }
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  if (statusCode === 415) {
    return { ...malformed("Send JSON, and say that it is: Content-Type: application/json."), status: statusCode };
  }
  if (statusCode >= 400 && statusCode < 500) return { ...malformed(`${message}.`), status: statusCode };
  request.log.error({ err: error }, "a bug");
  return { status: 500, code: "internal", title: "Our mistake", detail: "The receiver's log says more." };
}

/** Fastify's error handler, for all that a receiver serves. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply.header("cache-control", "no-store"), problemOf(error, request));
}
