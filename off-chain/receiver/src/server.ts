import fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import type { Logger } from "pino";
import { api } from "./api/api.ts";
import { healthRoutes } from "./api/health.ts";
import type { ReceiverOptions } from "./config/options.ts";
import type { Engine } from "./engine.ts";
import type { PaymentMetrics } from "./metrics.ts";

/** Milliseconds in which a request's head and body have to arrive: slower ones hold a connection for no good. */
const REQUEST_TIMEOUT = 60_000;

/** Milliseconds that an idle connection is kept. */
const KEEP_ALIVE = 65_000;

/** Where the API is, unless told otherwise. */
export const GATEWAY_PATH = "/api/1";

/** The HTTP side: API, health and metrics. What is sold is added by the caller. Not listening yet. */
export async function createServer(
  options: ReceiverOptions,
  engine: Engine,
  metrics: PaymentMetrics,
  log: Logger,
): Promise<FastifyInstance> {
  const { tls } = options;
  const app = fastify({
    loggerInstance: log.child({ part: "http" }) as FastifyBaseLogger,
    disableRequestLogging: true,
    forceCloseConnections: "idle",
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true },
    serverFactory: (handler) => {
      const limits = { requestTimeout: REQUEST_TIMEOUT, keepAliveTimeout: KEEP_ALIVE };
      if (tls === undefined) return createHttp(limits, handler);
      return createHttps({ ...limits, cert: pem(tls.cert), key: pem(tls.key), minVersion: "TLSv1.2" }, handler);
    },
  });
  await app.register(healthRoutes, { engine, metrics });
  await app.register(api, { engine, token: options.apiToken, prefix: options.gatewayPath ?? GATEWAY_PATH });
  return app;
}

/** PEM text itself, or the name of a file that holds it. */
function pem(source: string | Buffer): string | Buffer {
  return typeof source === "string" && !source.includes("-----BEGIN") ? readFileSync(source) : source;
}
