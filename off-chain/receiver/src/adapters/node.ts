import type { IncomingMessage, ServerResponse } from "node:http";
import type { Paywall } from "../paywall/paywall.ts";
import { checkOptions, priceFor } from "../paywall/price.ts";
import { simpleProblem } from "../paywall/problem.ts";
import { isMalformed, MALFORMED_TARGET } from "../paywall/target.ts";
import { factsOf, type NodeOptions } from "./node/facts.ts";
import { guardAnswer } from "./node/guard.ts";
import { toOriginForm } from "./node/request-target.ts";
import { sendAnswer } from "./node/send.ts";
import { tell } from "../tell.ts";

/** A request handler of `node:http`, that may be asynchronous. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What a handler sells, and for how much. */
export interface NodePaywallOptions extends NodeOptions {
  readonly paywall: Paywall;
  /** In the token's smallest unit, fixed or computed before payment; 0: free. */
  readonly price: bigint | ((request: IncomingMessage) => bigint | Promise<bigint>);
  readonly description?: string;
  /** Methods that cost nothing. */
  readonly free?: readonly string[];
  /** Told what a handler threw, after it was answered with 500 (or broken off). */
  readonly onError?: (error: unknown) => void;
}

/**
 * Puts a paywall before a handler of `node:http`. What does not exist should be answered before it; a handler that
 * throws before it sends its status line is answered with 500, and its charge taken back. Price and handler see one
 * spelling of the target: of `http://shop.example/a` they get `/a`, and two slashes at the beginning, which some parsers
 * take for the start of an authority, are refused.
 */
export function nodePaywall(options: NodePaywallOptions, handler: NodeHandler): NodeHandler {
  checkOptions(options);
  const { paywall, description, onError } = options;
  return async (request, response) => {
    try {
      const target = toOriginForm(request);
      if (isMalformed(target) && request.method !== "OPTIONS") return sendAnswer(response, MALFORMED_TARGET);
      const price = await priceFor(options, request.method, request);
      const admission = await paywall.admit(factsOf(request, options), { price, description });
      if (admission.kind === "refused") return sendAnswer(response, admission);
      if (admission.kind === "paid") guardAnswer(response, admission);
      await handler(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendAnswer(response, simpleProblem(500, "failed", "The content could not be made; nothing was charged."));
      tell(onError, error);
    }
  };
}
