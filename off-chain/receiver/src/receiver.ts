import { pino, type Logger } from "pino";
import type { ReceiverIdentity, ReceiverOptions } from "./config/options.ts";
import { startEngine, type Engine } from "./engine.ts";
import type { Ledger } from "./ledger/types.ts";
import { countPayments, watchEngine } from "./metrics.ts";
import { createServer } from "./server.ts";
import type { Store } from "./store/store.ts";

/** Milliseconds for requests in flight to finish when the receiver stops; then they are cut off. */
const DRAIN = 10_000;

/** A receiver that runs. */
export interface RunningReceiver {
  /** Where it listens, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly identity: ReceiverIdentity;
  readonly ledger: Ledger;
  readonly store: Store;
  /** Watcher, settler and alarms. */
  readonly engine: Engine;
  /** Takes no more requests, lets those in flight finish, commits, stops. Can be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a receiver: checks everything against the chain, opens the store, reads the chain, listens.
 * @throws RefusedToStart, StoreRefused, each with how to mend it; the system's error where the port is taken.
 */
export async function startReceiver(options: ReceiverOptions): Promise<RunningReceiver> {
  const log = loggerOf(options.log);
  const engine = await startEngine(options, log);
  const metrics = countPayments(engine.ledger);
  watchEngine(metrics.registry, engine);
  const { ledger } = metrics;
  let app: Awaited<ReturnType<typeof createServer>>;
  try {
    app = await createServer(options, engine, metrics, log);
    await app.listen({ host: options.host ?? "127.0.0.1", port: options.port ?? 5000 });
  } catch (error) {
    // Whatever is wrong with the HTTP side: nothing goes on behind it, and the store is free again.
    await engine.stop();
    await engine.store.close();
    throw error;
  }

  async function stop(): Promise<void> {
    const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN);
    await app.close();
    clearTimeout(cut);
    await engine.stop();
    await engine.store.close();
    log.info("stopped");
  }
  let stopping: Promise<void> | undefined;

  return {
    url: urlOf(app.server.address(), options),
    identity: engine.resolved.identity,
    ledger,
    store: engine.store,
    engine,
    close: () => (stopping ??= stop()),
  };
}

/** What must never reach a log, wherever it stands. */
const SECRETS = [
  "signature",
  "*.signature",
  "proof",
  "*.proof",
  "req.headers",
  "headers",
  "*.headers",
  "key",
  "*.key",
  "apiToken",
];

function loggerOf(log: ReceiverOptions["log"]): Logger {
  if (typeof log === "object") return log;
  return pino({ level: log ?? "info", redact: { paths: SECRETS, remove: true } });
}

function urlOf(bound: ReturnType<import("node:net").Server["address"]>, { tls }: ReceiverOptions): string {
  if (bound === null || typeof bound === "string") throw new Error("not listening on a port");
  const host = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  return `${tls === undefined ? "http" : "https"}://${host}:${bound.port}`;
}
