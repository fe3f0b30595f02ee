/** The frameworks without a paywall: what a request costs before anything is paid. */
import { createServer, type Server } from "node:http";
import { settings } from "../process/child.ts";
import { CONTENT, PATH } from "../world.ts";
import { counter, ready } from "./report.ts";

/** The HTTP framework below a paywall. */
export type Framework = "node" | "fastify" | "hono" | "express";

const { framework } = settings<{ framework: Framework }>();

switch (framework) {
  case "node": {
    const server = createServer((request, response) => {
      if (request.url !== PATH) return response.writeHead(404).end();
      counter.served++;
      return response
        .writeHead(200, { "content-type": "text/plain", "content-length": String(CONTENT.length) })
        .end(CONTENT);
    });
    server.listen(0, "127.0.0.1", () => ready(server));
    break;
  }
  case "fastify": {
    const { default: fastify } = await import("fastify");
    const app = fastify();
    app.get(PATH, (_request, reply) => {
      counter.served++;
      return reply.type("text/plain").send(CONTENT);
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    ready(app.server);
    break;
  }
  case "hono": {
    const { Hono } = await import("hono");
    const { serve } = await import("@hono/node-server");
    const app = new Hono();
    app.get(PATH, (context) => {
      counter.served++;
      return context.text(CONTENT);
    });
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => ready(server as Server));
    break;
  }
  case "express": {
    const { default: express } = await import("express");
    const app = express();
    app.get(PATH, (_request, response) => {
      counter.served++;
      response.type("text/plain").send(CONTENT);
    });
    const server = app.listen(0, "127.0.0.1", () => ready(server));
    break;
  }
}
