import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import type { Logger } from "pino";
import { api } from "./api/api.ts";
import { healthRoutes } from "./api/health.ts";
import { answerError } from "./api/problem.ts";
import { answerClientError } from "./client-error.ts";
import type { ReceiverOptions } from "./config/options.ts";
import { forwardAuth, type ForwardAuthRoutes } from "./adapters/forward-auth.ts";
import { openDoor } from "./door/open.ts";
import type { Engine } from "./engine.ts";
import { createCors } from "./paywall/cors.ts";
import { createPaywall, type Paywall } from "./paywall/paywall.ts";
import { GATEWAY_PATH } from "./paywall/types.ts";
import { Content } from "./proxy/content.ts";
import { refuseUnroutable, sell } from "./proxy/sell.ts";
import { RefusedToStart } from "./refused-to-start.ts";
import { tlsSettings } from "./tls.ts";
import { serveSite } from "./web/routes.ts";
import { createWeb } from "./web/web.ts";
import type { PaymentMetrics } from "./metrics.ts";

/** Milliseconds that an idle connection is kept. */
const KEEP_ALIVE = 65_000;

/** The HTTP side of a receiver. */
export interface HttpSide {
  /** Ready to listen. */
  readonly app: FastifyInstance;
  readonly paywall: Paywall;
  /** Answers a request of whichever server, limits of the door included. */
  readonly handler: RequestListener;
}

/**
 * The HTTP side: what is sold, API, health and metrics. Not listening yet.
 * @throws RefusedToStart where a route is wrong.
 */
export async function createServer(
  options: ReceiverOptions,
  engine: Engine,
  metrics: PaymentMetrics,
  log: Logger,
): Promise<HttpSide> {
  const tls = options.tls && tlsSettings(options.tls);
  const cors = createCors(options.cors ?? []);
  const door = openDoor(options.door, cors, metrics.registry);
  const logger: FastifyBaseLogger = log.child({ part: "http" });
  let guarded: RequestListener | undefined;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: "idle",
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true },
    clientErrorHandler: answerClientError,
    frameworkErrors: refuseUnroutable,
    serverFactory: (handler) => {
      const limits = { ...door.serverOptions, keepAliveTimeout: KEEP_ALIVE };
      guarded = door.around(handler);
      const server = tls === undefined ? createHttp(limits, guarded) : createHttps({ ...limits, ...tls }, guarded);
      door.guard(server);
      return server;
    },
  });
  app.setErrorHandler(answerError);
  const { store, resolved } = engine;
  const { gatewayPath = GATEWAY_PATH } = options;
  const web = createWeb(options, resolved);
  if (web === undefined && options.web !== false) log.warn("@rmps/web is not installed: people get a plain page");
  const paywall = createPaywall({
    ledger: metrics.ledger,
    challengePeriod: resolved.offeredPeriod,
    gatewayPath,
    challengeKey: store.challengeKey,
    turnstile: door.turnstile,
    ...(web === undefined ? {} : { page: web.page }),
    ...(resolved.currency === undefined ? {} : { currency: resolved.currency }),
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  const content = contentOf(options);
  app.addHook("onClose", () => door.close());
  const { origin } = options;
  sell(app, { paywall, content, cors, origin, from: door.nameOf, sandbox: web !== undefined });
  if (options.forwardAuth !== undefined) {
    await app.register(gated(options.forwardAuth), { paywall, origin, from: door.nameOf });
  }
  if (web !== undefined) serveSite(app, web.site);
  await app.register(healthRoutes, { engine, metrics });
  await app.register(api, { engine, token: options.apiToken, prefix: gatewayPath });
  await app.ready();
  refuseHidden(app, options);
  return { app, paywall, handler: guarded! };
}

/** What the server answers itself would hide what is sold under the same path. */
function refuseHidden(app: FastifyInstance, { routes = {} }: ReceiverOptions): void {
  const hidden = Object.keys(routes).find((url) => app.hasRoute({ method: "GET", url }));
  if (hidden === undefined) return;
  throw new RefusedToStart(
    `The route ${hidden} is the receiver's own: what is sold there would never be found.`,
    "Sell it under another path.",
  );
}

function contentOf({ routes = {} }: ReceiverOptions): Content {
  try {
    return new Content(routes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RefusedToStart(error.message, "Mend the route, then start again.", error);
  }
}

function gated(routes: ForwardAuthRoutes): ReturnType<typeof forwardAuth> {
  try {
    return forwardAuth(routes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RefusedToStart(`forwardAuth: ${error.message}`, "Mend it in the configuration, then start again.", error);
  }
}
