/**
 * The x402 batch-settlement server as shipped, in memory: its fastest store. It may check vouchers by itself for the
 * whole run, as if the chain had been read a moment ago; the facilitator only names what it supports, and any other
 * call to it would fail the run.
 */
import type { Server } from "node:http";
import type { FacilitatorClient } from "@x402/core/server";
import { BatchSettlementEvmScheme } from "@x402/evm/batch-settlement/server";
import { getAddress } from "viem";
import { settings } from "../process/child.ts";
import { NETWORK, USDC } from "../rivals/x402-channel.ts";
import { seededStorage } from "../rivals/x402-state.ts";
import { CONTENT, PATH, PRICE, RECEIVER } from "../world.ts";
import { counter, ready } from "./report.ts";

const { framework } = settings<{ framework: "express" | "hono" }>();
const receiver = getAddress(RECEIVER);

const notAsked = (): Promise<never> => Promise.reject(new Error("the facilitator was asked"));
const facilitator: FacilitatorClient = {
  verify: notAsked,
  settle: notAsked,
  getSupported: () =>
    Promise.resolve({
      kinds: [
        { x402Version: 2, scheme: "batch-settlement", network: NETWORK, extra: { receiverAuthorizer: receiver } },
      ],
      extensions: [],
      signers: {},
    }),
};

const storage = await seededStorage();
const scheme = new BatchSettlementEvmScheme(receiver, { storage, onchainStateTtlMs: 86_400_000 });
const price = { amount: String(PRICE), asset: USDC, extra: { name: "USDC", version: "2" } };
const accepts = {
  scheme: "batch-settlement",
  network: NETWORK,
  payTo: receiver,
  price,
  maxTimeoutSeconds: 60,
} as const;
const routes = { [`GET ${PATH}`]: { accepts, description: "content", mimeType: "text/plain" } };

if (framework === "express") {
  const { default: express } = await import("express");
  const { paymentMiddleware, x402ResourceServer } = await import("@x402/express");
  const app = express();
  app.use(paymentMiddleware(routes, new x402ResourceServer(facilitator).register(NETWORK, scheme)));
  app.get(PATH, (_request, response) => {
    counter.served++;
    response.type("text/plain").send(CONTENT);
  });
  const server = app.listen(0, "127.0.0.1", () => ready(server));
} else {
  const { Hono } = await import("hono");
  const { serve } = await import("@hono/node-server");
  const { paymentMiddleware, x402ResourceServer } = await import("@x402/hono");
  const app = new Hono();
  app.use(paymentMiddleware(routes, new x402ResourceServer(facilitator).register(NETWORK, scheme)));
  app.get(PATH, (context) => {
    counter.served++;
    return context.text(CONTENT);
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => ready(server as Server));
}
