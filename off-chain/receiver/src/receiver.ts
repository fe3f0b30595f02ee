import type { FastifyInstance } from "fastify";
import type { RequestListener } from "node:http";
import { checkOptions } from "./config/check-options.ts";
import { DEFAULT_HOST, DEFAULT_PORT, type ReceiverIdentity, type ReceiverOptions } from "./config/options.ts";
import { startEngine, type Engine } from "./engine.ts";
import type { Ledger } from "./ledger/types.ts";
import { createLogger } from "./log.ts";
import { countPayments, watchEngine } from "./metrics.ts";
import type { Paywall } from "./paywall/paywall.ts";
import { createServer } from "./server.ts";
import type { Store } from "./store/store.ts";

/** Milliseconds for requests in flight to finish when the receiver stops; then they are cut off. */
export const DRAIN = 10_000;

/** A receiver that follows the chain, settles and can be paid, behind a server of your own. */
export interface OpenReceiver {
  readonly identity: ReceiverIdentity;
  readonly ledger: Ledger;
  readonly store: Store;
  /** Watcher, settler and alarms. */
  readonly engine: Engine;
  /** Puts a price on routes of a server of your own: hand it to `expressPaywall`, `nodePaywall`, and so on. */
  readonly paywall: Paywall;
  /**
   * Answers what belongs to the receiver itself: the API under the gateway path, which senders need to close by
   * agreement, health, metrics, and the routes of its options. Hand it what your server does not answer; all else is 404.
   */
  readonly handler: RequestListener;
  /** Lets requests in flight finish, commits, stops. Can be called twice. Stop your own server before. */
  close(): Promise<void>;
}

/** A receiver that listens on a port of its own. */
export interface RunningReceiver extends OpenReceiver {
  /** Where it listens, such as `http://127.0.0.1:5000`. */
  readonly url: string;
}

/**
 * Opens a receiver for a server of your own: checks everything against the chain, opens the store, reads the chain.
 * Nothing listens; `host`, `port` and `tls` of the options do nothing.
 * @throws RefusedToStart, StoreRefused, each with how to mend it.
 */
export async function openReceiver(options: ReceiverOptions): Promise<OpenReceiver> {
  return (await open(options)).receiver;
}

/**
 * Starts a receiver: opens it and listens.
 * @throws RefusedToStart, StoreRefused, each with how to mend it; the system's error where the port is taken.
 */
export async function startReceiver(options: ReceiverOptions): Promise<RunningReceiver> {
  const { receiver, app } = await open(options);
  try {
    await app.listen({ host: options.host ?? DEFAULT_HOST, port: options.port ?? DEFAULT_PORT });
  } catch (error) {
    await receiver.close();
    throw error;
  }
  return { ...receiver, url: urlOf(app.server.address(), options) };
}

async function open(options: ReceiverOptions): Promise<{ receiver: OpenReceiver; app: FastifyInstance }> {
  checkOptions(options);
  const log = createLogger(options.log);
  const engine = await startEngine(options, log);
  const metrics = countPayments(engine.ledger);
  watchEngine(metrics.registry, engine);

  async function stopEngine(): Promise<void> {
    await engine.stop();
    await engine.store.close();
  }
  const { app, paywall, handler } = await createServer(options, engine, metrics, log).catch(async (error: unknown) => {
    // Whatever is wrong with the HTTP side: nothing goes on behind it, and the store is free again.
    await stopEngine();
    throw error;
  });

  async function stop(): Promise<void> {
    const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN);
    await app.close();
    clearTimeout(cut);
    await stopEngine();
    log.info("stopped");
  }
  let stopping: Promise<void> | undefined;
  const { store, resolved } = engine;
  const close = () => (stopping ??= stop());
  return {
    receiver: { identity: resolved.identity, ledger: metrics.ledger, store, engine, paywall, handler, close },
    app,
  };
}

function urlOf(bound: ReturnType<import("node:net").Server["address"]>, { tls }: ReceiverOptions): string {
  if (bound === null || typeof bound === "string") throw new Error("not listening on a port");
  const host = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  return `${tls === undefined ? "http" : "https"}://${host}:${bound.port}`;
}
