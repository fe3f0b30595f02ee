/** Our receiver behind an adapter: paywall and ledger over a store that is durable before anything is answered. */
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { createPaywall, expressPaywall, fastifyPaywall, honoPaywall, nodePaywall } from "@rmps/receiver";
import { dataDirectory, ledgerOver, open, seed } from "../ours/receiver.ts";
import { settings } from "../process/child.ts";
import { CHALLENGE_PERIOD, CHANNELS, CONTENT, PATH, PRICE } from "../world.ts";
import type { Framework } from "./bare.ts";
import { counter, ready } from "./report.ts";

/** How one of our servers is started. */
export interface RmpsSettings {
  readonly framework: Framework;
  /** `sqlite`, or the URL of a PostgreSQL that knows the channels already. */
  readonly store: string;
}

const { framework, store: where } = settings<RmpsSettings>();

const store = await open(where === "sqlite" ? join(dataDirectory(), "receiver.sqlite") : where);
if (where === "sqlite") await seed(store, CHANNELS);
const paywall = createPaywall({
  ledger: ledgerOver(store),
  challengePeriod: CHALLENGE_PERIOD,
  challengeKey: store.challengeKey,
});
const price = PRICE;

switch (framework) {
  case "fastify": {
    const { default: fastify } = await import("fastify");
    const app = fastify();
    await app.register(fastifyPaywall, { paywall });
    app.get(PATH, { config: { sale: { price } } }, (_request, reply) => {
      counter.served++;
      return reply.type("text/plain").send(CONTENT);
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    ready(app.server);
    break;
  }
  case "node": {
    const handler = nodePaywall({ paywall, price }, (_request, response) => {
      counter.served++;
      response.writeHead(200, { "content-type": "text/plain", "content-length": String(CONTENT.length) }).end(CONTENT);
    });
    const server = createServer((request, response) => {
      if (request.url === PATH) void handler(request, response);
      else response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1", () => ready(server));
    break;
  }
  case "hono": {
    const { Hono } = await import("hono");
    const { serve } = await import("@hono/node-server");
    const app = new Hono();
    app.get(PATH, honoPaywall({ paywall, price }), (context) => {
      counter.served++;
      return context.text(CONTENT);
    });
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => ready(server as Server));
    break;
  }
  case "express": {
    const { default: express } = await import("express");
    const app = express();
    app.get(PATH, expressPaywall({ paywall, price }), (_request, response) => {
      counter.served++;
      response.type("text/plain").send(CONTENT);
    });
    const server = app.listen(0, "127.0.0.1", () => ready(server));
    break;
  }
}
