import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Paywall } from "../paywall/paywall.ts";
import { checkOptions, priceFor } from "../paywall/price.ts";
import type { RefusedRequest } from "../paywall/types.ts";
import { factsOf, type NodeOptions } from "./node/facts.ts";
import { guardAnswer } from "./node/guard.ts";

/** What a route sells: `app.get(path, { config: { sale: { price } } }, handler)`. */
export interface FastifySale {
  /** In the token's smallest unit, fixed or computed before payment; 0: free. */
  readonly price: bigint | ((request: FastifyRequest) => bigint | Promise<bigint>);
  readonly description?: string;
  /** Methods that cost nothing. */
  readonly free?: readonly string[];
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route sells. Without it, the route is free. */
    sale?: FastifySale;
  }
}

/** The paywall of an app; prices stand in the configs of its routes. */
export interface FastifyPaywallOptions extends NodeOptions {
  readonly paywall: Paywall;
}

/**
 * A Fastify plugin that asks to be paid on every route with a `sale` in its config. It comes first in a request's life,
 * after routing: what does not exist costs nothing.
 */
export async function fastifyPaywall(app: FastifyInstance, options: FastifyPaywallOptions): Promise<void> {
  const { paywall } = options;
  checkOptions({ paywall, price: 0n, origin: options.origin });
  app.addHook("onRoute", ({ config }) => {
    if (config?.sale !== undefined) checkOptions({ paywall, price: config.sale.price });
  });
  app.addHook("onRequest", async (request, reply) => {
    const { sale } = request.routeOptions.config;
    if (sale === undefined || request.is404) return;
    const price = await priceFor(sale, request.method, request);
    const facts = factsOf(request.raw, options);
    const admission = await paywall.admit(facts, { price, description: sale.description });
    if (admission.kind === "refused") return sendRefusal(reply, admission);
    if (admission.kind === "paid") guardAnswer(reply.raw, admission);
    return undefined;
  });
}

// Its hooks are for the whole instance that registers it, not for a scope of its own.
Object.assign(fastifyPaywall, { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "rmps" });

/** Sends a refusal through Fastify. */
export function sendRefusal(
  reply: FastifyReply,
  { status, headers, body }: Omit<RefusedRequest, "kind">,
): FastifyReply {
  reply.code(status).headers(headers);
  if (body.length === 0) return reply.send(); // Else Fastify gives a type to what is nothing.
  return reply.send(Buffer.from(body)); // To the type of a text it would add a charset.
}
