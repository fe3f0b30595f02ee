import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import { simpleProblem } from "../paywall/problem.ts";
import type { Paywall } from "../paywall/paywall.ts";
import { priceFor } from "../paywall/price.ts";
import type { Admission, RefusedRequest } from "../paywall/types.ts";
import { Router } from "../proxy/router.ts";
import type { Price, RouteRequest } from "../proxy/routes.ts";
import { parseTarget } from "../proxy/target.ts";
import { withoutPayment } from "../proxy/upstream-headers.ts";
import { secretCheck } from "../secret.ts";
import { sendRefusal } from "./fastify.ts";
import { factsOf, type NodeOptions } from "./node/facts.ts";
import { originalOf, type Original } from "./forward-auth/original.ts";

/** What a path costs behind a proxy. */
export interface GatedRoute {
  readonly price: Price;
  /** What is sold, for people. */
  readonly description?: string;
  /** Methods that exist; all unless given. */
  readonly methods?: readonly string[];
  /** Methods that cost nothing. */
  readonly free?: readonly string[];
}

/** What a proxy may ask about. */
export interface ForwardAuthRoutes {
  /** Shared with the proxy, in `RMPS-Proxy-Secret`: only with it is anything believed that the proxy says. */
  readonly secret: string;
  /** By path, as for `routes`; what is not listed is 404. */
  readonly routes: Readonly<Record<string, GatedRoute>>;
}

export interface ForwardAuthOptions extends NodeOptions {
  readonly paywall: Paywall;
}

const STRANGER = simpleProblem(403, "not-a-proxy", "Only the proxy that knows the secret may ask here.");
const UNCLEAR = simpleProblem(
  400,
  "unclear-request",
  "The proxy must set X-Forwarded-Method, X-Forwarded-Uri (canonical) and an X-Request-Id of 8 to 128 characters.",
);
const NOT_FOUND = simpleProblem(404, "not-found", "There is nothing here, and nothing to pay.");
const FAILED = simpleProblem(500, "failed", "The price could not be told; nothing was charged.");
const CHANGED: RefusedRequest = withRetry(simpleProblem(503, "busy", "Ask again: it could be paid for now."));

/**
 * Makes a Fastify plugin that puts the paywall before any server without code: a proxy asks `/_rmps/auth` about each request
 * and serves it where that answers 2xx. A request is charged when it is asked about; nobody here learns what becomes of
 * it, so no charge is undone. One `X-Request-Id` is charged once, so a proxy may ask again while it serves one request.
 * `/_rmps/refusal` gives the whole refusal to proxies that only understand a status; it never charges.
 * @throws RangeError where a route is wrong, or the secret is short.
 */
export function forwardAuth({ secret, routes }: ForwardAuthRoutes): FastifyPluginCallback<ForwardAuthOptions> {
  const isProxy = proxyCheck(secret);
  const router = new Router<GatedRoute>();
  for (const [path, route] of Object.entries(routes)) router.add(path, route);
  return (app, options, done) => {
    serve(app, options, isProxy, router);
    done();
  };
}

type ProxyCheck = (given: string | string[] | undefined) => boolean;

function serve(app: FastifyInstance, options: ForwardAuthOptions, isProxy: ProxyCheck, router: Router<GatedRoute>) {
  async function decide(request: FastifyRequest): Promise<Admission> {
    const { raw } = request;
    if (!isProxy(raw.headers["rmps-proxy-secret"])) return STRANGER;
    const original = originalOf(raw, options.origin);
    const target = original && parseTarget(original.target);
    if (original === undefined || target === undefined) return UNCLEAR;
    const match = router.find(target);
    if (match === undefined) return NOT_FOUND;
    const { description, methods, free } = match.entry;
    const { method } = original;
    if (methods !== undefined && ![...methods, ...(free ?? []), "OPTIONS"].includes(method)) {
      return simpleProblem(405, "method-not-allowed", `Only ${methods.join(", ")} can be asked for here.`);
    }
    const routeRequest: RouteRequest = {
      method,
      path: target.path,
      params: match.params,
      query: new URLSearchParams(target.query),
      headers: withoutPayment(raw.headers),
    };
    let price: bigint;
    try {
      price = await priceFor(match.entry, method, routeRequest);
    } catch (error) {
      request.log.error({ err: error, path: target.path }, "a price failed");
      return FAILED;
    }
    return options.paywall.admit(factsFor(request, original), { price, description });
  }

  function factsFor({ raw }: FastifyRequest, { method, target, url, secure, id }: Original) {
    const facts = factsOf(raw, options, target);
    // The client's own key is for the server that is asked for; here, the proxy's id says what is one request.
    const header = (name: string) => (name === "idempotency-key" ? `forward-auth:${id}` : facts.header(name));
    return { ...facts, method, header, secure, url: () => url, body: () => Promise.resolve(new Uint8Array()) };
  }

  app.get("/_rmps/auth", async (request, reply) => {
    const admission = await decide(request);
    if (admission.kind === "free") return sendRefusal(reply, ADMITTED);
    if (admission.kind === "refused") return refuseAs(request, reply, admission);
    const headers = admission.receipt(200);
    const answer = { status: 200, headers: Object.entries(headers), body: new Uint8Array() };
    // Kept before it is given: asked once more about the same request, it is the answer again.
    await admission.ended({ kind: "answered", status: 200, answer });
    return sendRefusal(reply, { ...answer, headers });
  });

  app.get("/_rmps/refusal", async (request, reply) => {
    const admission = await decide(request);
    if (admission.kind === "refused" && admission.status >= 400) return sendRefusal(reply, admission);
    // It was refused a moment ago, and is not any more. Nothing is served here, so nothing is charged.
    if (admission.kind === "paid") await admission.ended({ kind: "threw" });
    return sendRefusal(reply, CHANGED);
  });
}

/** Free. */
const ADMITTED = { status: 200, headers: { "Cache-Control": "no-store" }, body: "" };

/** Some proxies understand no other refusal than 401 or 403: they say which in `RMPS-Refuse-With`. */
function refuseAs({ headers }: FastifyRequest, reply: FastifyReply, refused: RefusedRequest): FastifyReply {
  const wanted = headers["rmps-refuse-with"];
  const status = wanted === "401" || wanted === "403" ? Number(wanted) : refused.status;
  return sendRefusal(reply, refused.status < 400 ? refused : { ...refused, status });
}

function withRetry(refused: RefusedRequest): RefusedRequest {
  return { ...refused, headers: { ...refused.headers, "Retry-After": "1" } };
}

/** Shortest secret, in characters: what is guessed over the network needs some 128 bits. */
const MIN_SECRET = 20;

function proxyCheck(secret: string): ProxyCheck {
  if (secret.length < MIN_SECRET || !/^[\x21-\x7e]+$/.test(secret)) {
    throw new RangeError(`The proxy's secret must be ${MIN_SECRET} or more visible ASCII characters without blanks.`);
  }
  const isSecret = secretCheck(secret);
  return (given) => typeof given === "string" && isSecret(given);
}
