import type { Request, RequestHandler } from "express";
import type { Paywall } from "../paywall/paywall.ts";
import { checkOptions, priceFor } from "../paywall/price.ts";
import { factsOf, type NodeOptions } from "./node/facts.ts";
import { guardAnswer } from "./node/guard.ts";
import { sendAnswer } from "./node/send.ts";

/** What is sold on a route of Express, and for how much. */
export interface ExpressPaywallOptions extends NodeOptions {
  readonly paywall: Paywall;
  /** In the token's smallest unit, fixed or computed before payment; 0: free. */
  readonly price: bigint | ((request: Request) => bigint | Promise<bigint>);
  readonly description?: string;
  /** Methods that cost nothing. */
  readonly free?: readonly string[];
}

/**
 * Middleware for Express, for the routes it is put on: `app.get("/picture", expressPaywall({ paywall, price }), …)`.
 * Put it before body parsers, so that requests with an `Idempotency-Key` can be told apart by their bodies.
 */
export function expressPaywall(options: ExpressPaywallOptions): RequestHandler {
  checkOptions(options);
  const { paywall, description } = options;
  return (request, response, next) => {
    async function admit(): Promise<void> {
      const price = await priceFor(options, request.method, request);
      // `url` is what is left of the path for a router that is mounted; the payment is for all of it.
      const admission = await paywall.admit(factsOf(request, options, request.originalUrl), {
        price,
        description,
      });
      if (admission.kind === "refused") return sendAnswer(response, admission);
      if (admission.kind === "paid") guardAnswer(response, admission);
      next();
    }
    admit().catch(next);
  };
}
