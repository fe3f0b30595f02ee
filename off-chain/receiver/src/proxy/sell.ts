import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendRefusal } from "../adapters/fastify.ts";
import { factsOf, headersOf, type NodeOptions } from "../adapters/node/facts.ts";
import { guardAnswer } from "../adapters/node/guard.ts";
import { toOriginForm } from "../adapters/node/request-target.ts";
import { sendAnswer } from "../adapters/node/send.ts";
import type { Cors } from "../paywall/cors.ts";
import { simpleProblem } from "../paywall/problem.ts";
import type { Paywall } from "../paywall/paywall.ts";
import { priceFor } from "../paywall/price.ts";
import type { Content, Sold } from "./content.ts";
import type { RouteRequest } from "./routes.ts";
import { sandboxAnswer } from "./sandbox.ts";
import { parseTarget } from "./target.ts";
import { UpstreamFailed } from "./upstream.ts";
import { withoutPayment } from "./upstream-headers.ts";

/** What `sell` puts on a server. */
export interface SellOptions extends NodeOptions {
  readonly paywall: Paywall;
  readonly content: Content;
  readonly cors: Cors;
  /** Whether what is paid for runs without this origin; see `sandbox` of routes. False unless given. */
  readonly sandbox?: boolean;
}

const NOT_FOUND = simpleProblem(404, "not-found", "There is nothing here, and nothing to pay.");
const NOT_CANONICAL = simpleProblem(400, "not-canonical", "The path is not in its canonical form.");
const NO_UPGRADE = simpleProblem(400, "no-upgrade", "Connections are not upgraded here: ask without Upgrade.");
const failed = (status: 500 | 502 | 504) =>
  simpleProblem(status, "failed", "The content could not be made; nothing was charged for it.");

/**
 * Sells content on a Fastify server: every path that the server has no route of its own for. Paths that are not
 * canonical are refused, and origins get their headers, on all of the server's routes; so call it before those.
 */
export function sell(app: FastifyInstance, options: SellOptions): void {
  const { content, cors } = options;
  app.addHook("onRequest", (request, reply, done) => {
    const header = headersOf(request.raw);
    const preflight = cors.preflight(request.method, header);
    if (preflight !== undefined) return void reply.code(204).headers(preflight).send();
    for (const [name, value] of Object.entries(cors.headers(header))) reply.raw.setHeader(name, value);
    if (request.headers.upgrade !== undefined) return void sendRefusal(reply, NO_UPGRADE);
    if (parseTarget(toOriginForm(request.raw)) === undefined) return void sendRefusal(reply, NOT_CANONICAL);
    done();
  });
  app.addHook("onClose", () => content.close());
  void app.register((scope, _options, done) => {
    // Bodies are the handlers' and upstreams' to read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.setNotFoundHandler((request, reply) => answer(options, request, reply));
    done();
  });
}

/** Fastify's `frameworkErrors`: what it cannot even look for among its routes is refused as everything else is. */
export function refuseUnroutable({ code }: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  sendRefusal(reply, code === "FST_ERR_BAD_URL" ? NOT_CANONICAL : NOT_FOUND);
}

async function answer(options: SellOptions, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { raw } = request;
  const target = parseTarget(raw.url ?? "");
  const match = target && options.content.find(target);
  if (target === undefined || match === undefined) return sendRefusal(reply, NOT_FOUND);
  const { entry: sold, params } = match;
  const { method } = request;
  if (sold.methods?.has(method) === false) return notAllowed(reply, method, sold);

  const routeRequest: RouteRequest = {
    method,
    path: target.path,
    params,
    query: new URLSearchParams(target.query),
    get headers() {
      return withoutPayment(raw.headers);
    },
  };
  if (!(await sold.source.exists(routeRequest))) return sendRefusal(reply, NOT_FOUND);
  let price: bigint;
  try {
    price = await priceFor(sold, routeRequest.method, routeRequest);
  } catch (error) {
    request.log.error({ err: error, path: target.path }, "a price failed");
    return sendRefusal(reply, failed(500));
  }
  const admission = await options.paywall.admit(factsOf(raw, options), { price, description: sold.description });
  if (admission.kind === "refused") return sendRefusal(reply, admission);

  reply.hijack();
  if (sold.sandbox ?? (options.sandbox === true && admission.kind === "paid")) sandboxAnswer(reply.raw);
  if (admission.kind === "paid") guardAnswer(reply.raw, admission);
  try {
    await sold.source.send(routeRequest, raw, reply.raw);
  } catch (error) {
    if (reply.raw.headersSent) reply.raw.destroy();
    else sendAnswer(reply.raw, failed(error instanceof UpstreamFailed ? error.status : 500));
    request.log.error({ err: error, path: target.path }, "content failed");
  }
  return reply;
}

function notAllowed(reply: FastifyReply, method: string, { allow }: Sold): FastifyReply {
  if (method === "OPTIONS") return reply.code(204).header("Allow", allow).send();
  const refusal = simpleProblem(405, "method-not-allowed", `Only ${allow} can be asked for here.`);
  return sendRefusal(reply, { ...refusal, headers: { ...refusal.headers, Allow: allow } });
}
