import { pino, type DestinationStream, type Logger } from "pino";
import type { ReceiverOptions } from "./config/options.ts";

/** Names of what must never reach a log, alone or inside something else. */
export const SECRETS = ["signature", "proof", "headers", "key", "apiToken"] as const;

/**
 * The log: lines of JSON without what is secret. Nothing of that is meant to be logged in the first place; this is the
 * second line of defence.
 * @param to standard output unless given.
 */
export function createLogger(log: ReceiverOptions["log"], to?: DestinationStream): Logger {
  if (typeof log === "object") return log;
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`]);
  const options = { level: log ?? "info", redact: { paths, remove: true } };
  return to === undefined ? pino(options) : pino(options, to);
}
