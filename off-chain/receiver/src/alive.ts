import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { DEFAULT_HOST, DEFAULT_PORT } from "./config/options.ts";

/** Milliseconds after which a receiver that has not answered counts as dead. */
const PATIENCE = 4_000;

/** Who listens on all addresses is asked at the one of this machine. */
const LOOPBACK: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where a receiver listens, as its configuration says. */
export interface Place {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Whether it speaks TLS: anything but undefined. */
  readonly tls?: object | undefined;
}

/** Where to ask the receiver of a configuration how it is, on the machine that it runs on. */
export function healthUrl({ host = DEFAULT_HOST, port = DEFAULT_PORT, tls }: Place): URL {
  const address = LOOPBACK[host] ?? host;
  return new URL(`${tls ? "https" : "http"}://${address.includes(":") ? `[${address}]` : address}:${port}/health`);
}

/**
 * Whether a receiver answers. Any answer will do, as one that is busy turns this away like everybody else. Its
 * certificate is not looked at: it has the name that clients know, and nothing is said here that is secret.
 */
export function isAlive(url: URL, patience = PATIENCE): Promise<boolean> {
  const options = { agent: false, signal: AbortSignal.timeout(patience) } as const;
  return new Promise((resolve) => {
    const request =
      url.protocol === "https:"
        ? httpsRequest(url, { ...options, rejectUnauthorized: false })
        : httpRequest(url, options);
    request.once("response", (answer) => {
      answer.resume();
      resolve(true);
    });
    request.once("error", () => resolve(false));
    request.end();
  });
}
